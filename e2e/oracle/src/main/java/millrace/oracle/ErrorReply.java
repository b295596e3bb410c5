package millrace.oracle;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** An exception as the protocol shows it: the simple name of its class, and its message. */
final class ErrorReply {
    private ErrorReply() {}

    static ObjectNode of(Throwable e) {
        ObjectNode error = Json.object();
        error.put("type", e.getClass().getSimpleName());
        error.put("message", e.getMessage());
        return error;
    }
}
