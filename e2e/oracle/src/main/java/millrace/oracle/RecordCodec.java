package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;

import java.util.Map;

/** SinkRecord and SourceRecord &lt;-&gt; R of the protocol. */
final class RecordCodec {
    private RecordCodec() {}

    static ObjectNode encode(ConnectRecord<?> record) {
        ObjectNode r = Json.object();
        r.put("kind", record instanceof SinkRecord ? "sink" : "source");
        r.put("topic", record.topic());
        r.put("partition", record.kafkaPartition());
        r.put("timestamp", record.timestamp() == null ? null : record.timestamp().toString());
        if (record instanceof SinkRecord sink) {
            r.put("offset", Long.toString(sink.kafkaOffset()));
            r.put("timestampType", sink.timestampType() == null ? null : sink.timestampType().name());
        } else if (record instanceof SourceRecord source) {
            r.set("sourcePartition", ValueCodec.encode(null, source.sourcePartition()));
            r.set("sourceOffset", ValueCodec.encode(null, source.sourceOffset()));
        }
        r.set("key", side(record.keySchema(), record.key()));
        r.set("value", side(record.valueSchema(), record.value()));
        ArrayNode headers = r.putArray("headers");
        for (Header header : record.headers()) {
            ObjectNode h = headers.addObject();
            h.put("name", header.key());
            h.set("schema", SchemaCodec.encode(header.schema()));
            h.set("value", ValueCodec.encode(header.schema(), header.value()));
        }
        return r;
    }

    private static ObjectNode side(Schema schema, Object value) {
        ObjectNode side = Json.object();
        side.set("schema", SchemaCodec.encode(schema));
        side.set("value", ValueCodec.encode(schema, value));
        return side;
    }

    static ConnectRecord<?> decode(JsonNode r) {
        String kind = Json.required(r, "kind").asText();
        String topic = Json.textOrNull(r, "topic");
        Integer partition = r.hasNonNull("partition") ? Integer.valueOf(r.get("partition").asInt()) : null;
        Long timestamp = r.hasNonNull("timestamp") ? Long.valueOf(r.get("timestamp").asText()) : null;
        JsonNode key = r.path("key");
        JsonNode value = r.path("value");
        Schema keySchema = SchemaCodec.decode(key.get("schema"));
        Schema valueSchema = SchemaCodec.decode(value.get("schema"));
        Object keyObject = ValueCodec.decode(keySchema, key.get("value"));
        Object valueObject = ValueCodec.decode(valueSchema, value.get("value"));
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode h : r.path("headers")) {
            Schema schema = SchemaCodec.decode(h.get("schema"));
            headers.add(Json.required(h, "name").asText(), ValueCodec.decode(schema, h.get("value")), schema);
        }
        return switch (kind) {
            case "sink" -> {
                if (partition == null) {
                    throw new InvalidRequest("a sink record needs a partition");
                }
                String type = Json.textOrNull(r, "timestampType");
                yield new SinkRecord(topic, partition, keySchema, keyObject, valueSchema, valueObject, r.path("offset").asLong(), timestamp,
                    type == null ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.valueOf(type), headers);
            }
            case "source" -> new SourceRecord(position(r.get("sourcePartition")), position(r.get("sourceOffset")), topic, partition, keySchema, keyObject,
                valueSchema, valueObject, timestamp, headers);
            default -> throw new InvalidRequest("unknown record kind \"" + kind + "\"");
        };
    }

    private static Map<String, ?> position(JsonNode v) {
        @SuppressWarnings("unchecked")
        Map<String, ?> map = (Map<String, ?>) ValueCodec.decode(null, v);
        return map;
    }
}
