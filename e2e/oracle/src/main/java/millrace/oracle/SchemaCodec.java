package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;

import java.util.Locale;
import java.util.Map;

/** Schema &lt;-&gt; S of the protocol. */
final class SchemaCodec {
    private SchemaCodec() {}

    static JsonNode encode(Schema schema) {
        if (schema == null) {
            return Json.NODES.nullNode();
        }
        ObjectNode s = Json.object();
        s.put("type", schema.type().name().toLowerCase(Locale.ROOT));
        if (schema.isOptional()) {
            s.put("optional", true);
        }
        if (schema.name() != null) {
            s.put("name", schema.name());
        }
        if (schema.version() != null) {
            s.put("version", schema.version());
        }
        if (schema.doc() != null) {
            s.put("doc", schema.doc());
        }
        if (schema.parameters() != null && !schema.parameters().isEmpty()) {
            ObjectNode parameters = s.putObject("parameters");
            schema.parameters().forEach(parameters::put);
        }
        if (schema.defaultValue() != null) {
            s.set("default", ValueCodec.encode(schema, schema.defaultValue()));
        }
        switch (schema.type()) {
            case ARRAY -> s.set("items", encode(schema.valueSchema()));
            case MAP -> {
                s.set("keys", encode(schema.keySchema()));
                s.set("values", encode(schema.valueSchema()));
            }
            case STRUCT -> {
                ArrayNode fields = s.putArray("fields");
                for (Field field : schema.fields()) {
                    ObjectNode f = fields.addObject();
                    f.put("field", field.name());
                    f.set("schema", encode(field.schema()));
                }
            }
            default -> { }
        }
        return s;
    }

    /** Builds with the original's own builder, whose refusals (a default of the wrong type, a field twice) are answers. */
    static Schema decode(JsonNode s) {
        if (Json.absent(s)) {
            return null;
        }
        Schema.Type type = type(Json.required(s, "type").asText());
        Schema items = decode(s.get("items"));
        Schema keys = decode(s.get("keys"));
        Schema values = decode(s.get("values"));
        if (type == Schema.Type.ARRAY && items == null || type == Schema.Type.MAP && (keys == null || values == null)) {
            // Header literals infer containers of unknown content; no public builder makes them.
            return new ConnectSchema(type, s.path("optional").asBoolean(), null, Json.textOrNull(s, "name"), version(s), Json.textOrNull(s, "doc"),
                null, null, keys, type == Schema.Type.ARRAY ? null : values);
        }
        SchemaBuilder builder = switch (type) {
            case ARRAY -> SchemaBuilder.array(items);
            case MAP -> SchemaBuilder.map(keys, values);
            default -> SchemaBuilder.type(type);
        };
        for (JsonNode f : s.path("fields")) {
            builder.field(Json.required(f, "field").asText(), decode(Json.required(f, "schema")));
        }
        if (s.path("optional").asBoolean()) {
            builder.optional();
        }
        if (s.hasNonNull("name")) {
            builder.name(s.get("name").asText());
        }
        if (s.hasNonNull("version")) {
            builder.version(version(s));
        }
        if (s.hasNonNull("doc")) {
            builder.doc(s.get("doc").asText());
        }
        for (Map.Entry<String, JsonNode> p : s.path("parameters").properties()) {
            builder.parameter(p.getKey(), p.getValue().asText());
        }
        if (s.hasNonNull("default")) {
            // A struct default must be of the builder itself: the builder equals no schema but itself.
            builder.defaultValue(ValueCodec.decode(builder, s.get("default")));
        }
        return builder.build();
    }

    private static Integer version(JsonNode s) {
        return s.hasNonNull("version") ? Integer.valueOf(s.get("version").asInt()) : null;
    }

    private static Schema.Type type(String name) {
        try {
            return Schema.Type.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest("unknown schema type \"" + name + "\"");
        }
    }
}
