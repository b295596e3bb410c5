package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.transforms.predicates.Predicate;

import java.util.ArrayList;
import java.util.List;

/** The operations on transforms and predicates: apply, applyBatch, test. */
@SuppressWarnings({"rawtypes", "unchecked"})
final class TransformOps {
    private final Plugins plugins;

    TransformOps(Plugins plugins) {
        this.plugins = plugins;
    }

    ObjectNode apply(JsonNode request) {
        ConnectRecord<?> record = RecordCodec.decode(Json.required(request, "record"));
        ConnectRecord<?> result = Stage.applyAll(chain(request), record);
        ObjectNode ok = Json.object();
        if (result == null) {
            ok.putNull("record");
            return ok;
        }
        ok.set("record", RecordCodec.encode(result));
        if (result == record) {
            ok.put("same", true);
        }
        return ok;
    }

    ObjectNode applyBatch(JsonNode request) {
        List<Stage> chain = chain(request);
        ObjectNode ok = Json.object();
        ArrayNode records = ok.putArray("records");
        for (JsonNode r : Json.required(request, "records")) {
            try {
                ConnectRecord<?> result = Stage.applyAll(chain, RecordCodec.decode(r));
                records.add(result == null ? Json.NODES.nullNode() : RecordCodec.encode(result));
            } catch (Exception | StackOverflowError e) {
                records.addObject().set("error", ErrorReply.of(e));
            }
        }
        return ok;
    }

    ObjectNode test(JsonNode request) {
        Predicate predicate = plugins.get(Json.required(request, "handle").asText(), Predicate.class);
        ObjectNode ok = Json.object();
        ok.put("value", predicate.test(RecordCodec.decode(Json.required(request, "record"))));
        return ok;
    }

    private List<Stage> chain(JsonNode request) {
        List<Stage> chain = new ArrayList<>();
        if (request.has("handles")) {
            for (JsonNode handle : request.get("handles")) {
                chain.add(plugins.get(handle.asText(), Stage.class));
            }
        } else {
            chain.add(plugins.get(Json.required(request, "handle").asText(), Stage.class));
        }
        return chain;
    }
}
