package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Java value &lt;-&gt; V of the protocol. Tags name the Java class, so nothing is guessed.
 *
 * <p>Maps decode into LinkedHashMap: their iteration order is the order of the request. A struct's null fields stay unset, so
 * that the original's rules for defaults apply.
 */
final class ValueCodec {
    private ValueCodec() {}

    /** schema is the schema that the protocol has already said for this place, or null. */
    static JsonNode encode(Schema schema, Object value) {
        if (value == null) {
            return Json.NODES.nullNode();
        }
        ObjectNode v = Json.object();
        if (value instanceof Byte n) {
            v.put("i8", n);
        } else if (value instanceof Short n) {
            v.put("i16", n);
        } else if (value instanceof Integer n) {
            v.put("i32", n);
        } else if (value instanceof Long n) {
            v.put("i64", n.toString());
        } else if (value instanceof Float n) {
            v.put("f32", n.toString());
        } else if (value instanceof Double n) {
            v.put("f64", n.toString());
        } else if (value instanceof Boolean b) {
            v.put("bool", b);
        } else if (value instanceof String text) {
            v.put("s", text);
        } else if (value instanceof byte[] bytes) {
            v.put("b", Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            v.put("b", Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof BigDecimal d) {
            ObjectNode decimal = v.putObject("decimal");
            decimal.put("unscaled", d.unscaledValue().toString());
            decimal.put("scale", d.scale());
        } else if (value instanceof Date date) {
            v.put("millis", Long.toString(date.getTime()));
        } else if (value instanceof List<?> list) {
            Schema items = schema != null && schema.type() == Schema.Type.ARRAY ? schema.valueSchema() : null;
            ArrayNode out = v.putArray("list");
            for (Object item : list) {
                out.add(encode(items, item));
            }
        } else if (value instanceof Map<?, ?> map) {
            encodeMap(schema, map, v.putArray("map"));
        } else if (value instanceof Struct struct) {
            encodeStruct(schema, struct, v);
        } else {
            throw new InvalidRequest("the protocol has no tag for a value of class " + value.getClass().getName());
        }
        return v;
    }

    private static void encodeMap(Schema schema, Map<?, ?> map, ArrayNode out) {
        boolean typed = schema != null && schema.type() == Schema.Type.MAP;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            ArrayNode pair = out.addArray();
            pair.add(encode(typed ? schema.keySchema() : null, entry.getKey()));
            pair.add(encode(typed ? schema.valueSchema() : null, entry.getValue()));
        }
    }

    private static void encodeStruct(Schema schema, Struct struct, ObjectNode v) {
        ArrayNode fields = v.putArray("struct");
        for (Field field : struct.schema().fields()) {
            ArrayNode pair = fields.addArray();
            pair.add(field.name());
            pair.add(encode(field.schema(), struct.getWithoutDefault(field.name())));
        }
        if (!stands(schema, struct.schema())) {
            v.set("schema", SchemaCodec.encode(struct.schema()));
        }
    }

    /** Whether the schema around a struct is the struct's own. A default's own is a builder, which holds the default and equals nothing. */
    private static boolean stands(Schema around, Schema own) {
        if (around == null || around.type() != Schema.Type.STRUCT) {
            return false;
        }
        return around == own || around.equals(own) || own instanceof SchemaBuilder && around.fields().equals(own.fields());
    }

    static Object decode(Schema schema, JsonNode v) {
        if (Json.absent(v)) {
            return null;
        }
        if (!v.isObject() || v.isEmpty()) {
            throw new InvalidRequest("a value must be null or a tagged object, not " + v.getNodeType());
        }
        String tag = v.fieldNames().next();
        JsonNode body = v.get(tag);
        try {
            return switch (tag) {
                case "i8" -> (byte) body.asInt();
                case "i16" -> (short) body.asInt();
                case "i32" -> body.asInt();
                case "i64" -> Long.parseLong(body.asText());
                case "f32" -> Float.parseFloat(body.asText());
                case "f64" -> Double.parseDouble(body.asText());
                case "bool" -> body.asBoolean();
                case "s" -> body.asText();
                case "b" -> Base64.getDecoder().decode(body.asText());
                case "decimal" -> new BigDecimal(new BigInteger(body.get("unscaled").asText()), body.get("scale").asInt());
                case "millis" -> new Date(Long.parseLong(body.asText()));
                case "list" -> decodeList(schema, body);
                case "map" -> decodeMap(schema, body);
                case "struct", "schema" -> decodeStruct(schema, v);
                default -> throw new InvalidRequest("unknown value tag \"" + tag + "\"");
            };
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest("value tag \"" + tag + "\": " + e.getMessage(), e);
        }
    }

    private static List<Object> decodeList(Schema schema, JsonNode body) {
        Schema items = schema != null && schema.type() == Schema.Type.ARRAY ? schema.valueSchema() : null;
        List<Object> list = new ArrayList<>(body.size());
        for (JsonNode item : body) {
            list.add(decode(items, item));
        }
        return list;
    }

    private static Map<Object, Object> decodeMap(Schema schema, JsonNode body) {
        boolean typed = schema != null && schema.type() == Schema.Type.MAP;
        Map<Object, Object> map = new LinkedHashMap<>();
        for (JsonNode pair : body) {
            map.put(decode(typed ? schema.keySchema() : null, pair.get(0)), decode(typed ? schema.valueSchema() : null, pair.get(1)));
        }
        return map;
    }

    private static Struct decodeStruct(Schema schema, JsonNode v) {
        Schema own = v.has("schema") ? SchemaCodec.decode(v.get("schema")) : schema;
        if (own == null || own.type() != Schema.Type.STRUCT) {
            throw new InvalidRequest("a struct value outside a struct schema needs its own \"schema\"");
        }
        Struct struct = new Struct(own);
        for (JsonNode pair : Json.required(v, "struct")) {
            String name = pair.get(0).asText();
            Field field = own.field(name);
            if (field == null) {
                throw new InvalidRequest("struct value has a field \"" + name + "\" that its schema has not");
            }
            Object value = decode(field.schema(), pair.get(1));
            if (value == null) {
                continue;
            }
            try {
                struct.put(field, value);
            } catch (DataException e) {
                throw new InvalidRequest("struct field \"" + name + "\": " + e.getMessage(), e);
            }
        }
        return struct;
    }
}
