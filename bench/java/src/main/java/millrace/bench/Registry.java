package millrace.bench;

import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.storage.Converter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Confluent's converters that keep schemas in a registry, over the plain records with a schema: reading, writing, and rewriting as JSON without one.
 *
 * <p>They are named as texts: their classes, and a registry in memory, come from the folder of e2e/oracle when this runs.
 */
final class Registry {
    static final List<String> STEPS = List.of("decode", "encode", "tojson");
    private static final Map<String, String> FORMATS = Map.of("avro", "avro.Avro", "protobuf", "protobuf.Protobuf");
    private static final String CLIENT = "io.confluent.kafka.schemaregistry.client.";

    private Registry() {}

    static List<String> names(String set) {
        List<String> names = new ArrayList<>();
        if (set.equals("envelope")) {
            FORMATS.keySet().stream().sorted().forEach(format -> STEPS.forEach(step -> names.add(format + "/" + step)));
        }
        return names;
    }

    /** The cases of the records, which carry their schema, for those that are wanted. */
    static List<Cases.Case> of(Records records, List<String> wanted) throws ReflectiveOperationException {
        JsonConverter envelope = Cases.converter("envelope");
        JsonConverter plain = Cases.converter("schemaless");
        SchemaAndValue[] data = new SchemaAndValue[records.messages().length];
        for (int i = 0; i < data.length; i++) {
            data[i] = envelope.toConnectData(Cases.TOPIC, records.messages()[i]);
        }
        List<Cases.Case> cases = new ArrayList<>();
        for (String format : FORMATS.keySet().stream().sorted().toList()) {
            if (STEPS.stream().noneMatch(step -> wanted.contains(format + "/" + step))) {
                continue;
            }
            Converter converter = converter(format);
            byte[][] in = new byte[data.length][];
            SchemaAndValue[] read = new SchemaAndValue[data.length];
            long bytes = 0;
            for (int i = 0; i < data.length; i++) {
                in[i] = converter.fromConnectData(Cases.TOPIC, data[i].schema(), data[i].value());
                read[i] = converter.toConnectData(Cases.TOPIC, in[i]);
                bytes += in[i].length;
            }
            double mean = (double) bytes / in.length;
            cases.add(new Cases.Case(format + "/decode", in.length, mean, () -> {
                long sum = 0;
                for (byte[] message : in) {
                    sum += System.identityHashCode(converter.toConnectData(Cases.TOPIC, message).value().getClass());
                }
                return sum;
            }));
            cases.add(new Cases.Case(format + "/encode", in.length, mean, () -> {
                long sum = 0;
                for (SchemaAndValue value : read) {
                    sum += converter.fromConnectData(Cases.TOPIC, value.schema(), value.value()).length;
                }
                return sum;
            }));
            cases.add(new Cases.Case(format + "/tojson", in.length, mean, () -> {
                long sum = 0;
                for (byte[] message : in) {
                    SchemaAndValue value = converter.toConnectData(Cases.TOPIC, message);
                    sum += plain.fromConnectData(Cases.TOPIC, value.schema(), value.value()).length;
                }
                return sum;
            }));
        }
        return cases;
    }

    private static Converter converter(String format) throws ReflectiveOperationException {
        String name = FORMATS.get(format);
        Object provider = Class.forName("io.confluent.kafka.schemaregistry." + name + "SchemaProvider").getConstructor().newInstance();
        Object client = Class.forName(CLIENT + "MockSchemaRegistryClient").getConstructor(List.class).newInstance(List.of(provider));
        Converter converter = (Converter) Class.forName("io.confluent.connect." + name + "Converter")
            .getConstructor(Class.forName(CLIENT + "SchemaRegistryClient")).newInstance(client);
        converter.configure(Map.of("schema.registry.url", "http://127.0.0.1"), false);
        return converter;
    }
}
