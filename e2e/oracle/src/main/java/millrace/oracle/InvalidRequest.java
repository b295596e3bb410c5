package millrace.oracle;

/** A request that does not follow the protocol: the client's fault, never an answer of the original. */
final class InvalidRequest extends RuntimeException {
    InvalidRequest(String message) {
        super(message);
    }

    InvalidRequest(String message, Throwable cause) {
        super(message, cause);
    }
}
