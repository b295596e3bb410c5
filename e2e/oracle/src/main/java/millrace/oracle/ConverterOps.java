package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Values;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;

import java.io.IOException;

/** The operations on converters and header converters, one by one and in batches, and the parser of header literals. */
final class ConverterOps {
    private final Plugins plugins;

    ConverterOps(Plugins plugins) {
        this.plugins = plugins;
    }

    ObjectNode fromConnect(JsonNode request) throws IOException {
        Converter converter = converter(request);
        Headers headers = headers(request);
        Schema schema = SchemaCodec.decode(request.get("schema"));
        ObjectNode ok = bytes(converter.fromConnectData(topic(request), headers, schema, ValueCodec.decode(schema, request.get("value"))));
        ArrayNode out = ok.putArray("headers");
        for (Header header : headers) {
            ObjectNode h = out.addObject();
            h.put("name", header.key());
            h.put("bytes", header.value());
        }
        return ok;
    }

    ObjectNode fromConnectBatch(JsonNode request) {
        Converter converter = converter(request);
        String topic = topic(request);
        ObjectNode ok = Json.object();
        ArrayNode items = ok.putArray("items");
        for (JsonNode item : Json.required(request, "items")) {
            try {
                Schema schema = SchemaCodec.decode(item.get("schema"));
                items.add(bytes(converter.fromConnectData(topic, schema, ValueCodec.decode(schema, item.get("value")))));
            } catch (Exception | StackOverflowError e) {
                items.addObject().set("error", ErrorReply.of(e));
            }
        }
        return ok;
    }

    ObjectNode toConnect(JsonNode request) throws IOException {
        return schemaAndValue(converter(request).toConnectData(topic(request), headers(request), binary(request.get("bytes"))));
    }

    ObjectNode toConnectBatch(JsonNode request) {
        Converter converter = converter(request);
        String topic = topic(request);
        ObjectNode ok = Json.object();
        ArrayNode items = ok.putArray("items");
        for (JsonNode item : Json.required(request, "items")) {
            try {
                items.add(schemaAndValue(converter.toConnectData(topic, binary(item))));
            } catch (Exception | StackOverflowError e) {
                items.addObject().set("error", ErrorReply.of(e));
            }
        }
        return ok;
    }

    ObjectNode fromConnectHeader(JsonNode request) {
        Schema schema = SchemaCodec.decode(request.get("schema"));
        return bytes(headerConverter(request).fromConnectHeader(topic(request), Json.textOrNull(request, "name"), schema,
            ValueCodec.decode(schema, request.get("value"))));
    }

    ObjectNode toConnectHeader(JsonNode request) throws IOException {
        return schemaAndValue(headerConverter(request).toConnectHeader(topic(request), Json.textOrNull(request, "name"),
            binary(request.get("bytes"))));
    }

    ObjectNode parseValue(JsonNode request) {
        return schemaAndValue(Values.parseString(Json.textOrNull(request, "text")));
    }

    private Converter converter(JsonNode request) {
        return plugins.get(Json.required(request, "handle").asText(), Converter.class);
    }

    private HeaderConverter headerConverter(JsonNode request) {
        return plugins.get(Json.required(request, "handle").asText(), HeaderConverter.class);
    }

    private static String topic(JsonNode request) {
        return Json.textOrNull(request, "topic");
    }

    private static Headers headers(JsonNode request) throws IOException {
        Headers headers = new RecordHeaders();
        for (JsonNode h : request.path("headers")) {
            headers.add(Json.required(h, "name").asText(), binary(h.get("bytes")));
        }
        return headers;
    }

    private static byte[] binary(JsonNode base64) throws IOException {
        return Json.absent(base64) ? null : base64.binaryValue();
    }

    private static ObjectNode bytes(byte[] bytes) {
        ObjectNode ok = Json.object();
        ok.put("bytes", bytes);
        return ok;
    }

    private static ObjectNode schemaAndValue(SchemaAndValue result) {
        ObjectNode ok = Json.object();
        Schema schema = result == null ? null : result.schema();
        ok.set("schema", SchemaCodec.encode(schema));
        ok.set("value", ValueCodec.encode(schema, result == null ? null : result.value()));
        return ok;
    }
}
