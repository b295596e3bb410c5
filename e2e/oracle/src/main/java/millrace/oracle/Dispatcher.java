package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;

/** One request line in, one response line out; no request ends the process. */
final class Dispatcher {
    private final Plugins plugins = new Plugins();
    private final TransformOps transforms = new TransformOps(plugins);
    private final ConverterOps converters = new ConverterOps(plugins);
    private final Validation validation = new Validation();

    byte[] answer(byte[] line) {
        ObjectNode response = Json.object();
        JsonNode request;
        try {
            request = Json.parse(line);
        } catch (IOException e) {
            response.putNull("id");
            response.set("error", ErrorReply.of(new InvalidRequest("unreadable line: " + e.getMessage())));
            return Json.text(response);
        }
        response.set("id", request.path("id").isMissingNode() ? Json.NODES.nullNode() : request.get("id"));
        try {
            response.set("ok", run(request));
        } catch (Exception | StackOverflowError e) {
            response.set("error", ErrorReply.of(e));
        }
        return Json.text(response);
    }

    private JsonNode run(JsonNode request) throws Exception {
        String op = Json.required(request, "op").asText();
        return switch (op) {
            case "configure" -> {
                plugins.configure(request);
                yield Json.object();
            }
            case "close" -> {
                plugins.close(Json.required(request, "handle").asText());
                yield Json.object();
            }
            case "apply" -> transforms.apply(request);
            case "applyBatch" -> transforms.applyBatch(request);
            case "test" -> transforms.test(request);
            case "fromConnect" -> converters.fromConnect(request);
            case "fromConnectBatch" -> converters.fromConnectBatch(request);
            case "toConnect" -> converters.toConnect(request);
            case "toConnectBatch" -> converters.toConnectBatch(request);
            case "fromConnectHeader" -> converters.fromConnectHeader(request);
            case "toConnectHeader" -> converters.toConnectHeader(request);
            case "parseValue" -> converters.parseValue(request);
            case "validate" -> validation.validate(request);
            default -> throw new InvalidRequest("unknown op \"" + op + "\"");
        };
    }
}
