package millrace.bench;

import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What is measured. Each case walks over all records once a pass.
 *
 * <p>json/roundtrip reads and writes; json/chain-none makes a record in between, json/chain-five sends it through the chain "five" of {@link Transforms}.
 */
final class Cases {
    static final List<String> STEPS = List.of("decode", "encode", "roundtrip", "chain-none", "chain-five");
    static final String TOPIC = "orders";

    /** A named pass over that many records; the returned number depends on every result. */
    record Case(String name, int records, double bytesPerRecord, LongSupplier pass) {}

    private Cases() {}

    /** The names of a data set's cases: of a further shape the first two steps, and the transforms know the fields of the plain sets alone. */
    static List<String> names(String set) {
        List<String> names = new ArrayList<>();
        for (String step : STEPS) {
            if (!set.contains("/") || STEPS.indexOf(step) < 2) {
                names.add(name(step, set));
            }
        }
        return names;
    }

    private static String name(String step, String set) {
        return "json/" + step + "/" + set;
    }

    static JsonConverter converter(String set) {
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", Boolean.toString(set.endsWith("envelope"))), false);
        return converter;
    }

    /** The cases of a data set with the chains of the steps that have one, whose records carry their schema when it is called so. */
    static List<Case> of(String set, Records records, Map<String, List<Transformation<SinkRecord>>> chains) {
        List<Case> cases = new ArrayList<>();
        JsonConverter converter = converter(set);
        byte[][] in = records.messages();
        SchemaAndValue[] read = new SchemaAndValue[in.length];
        for (int i = 0; i < in.length; i++) {
            read[i] = converter.toConnectData(TOPIC, in[i]);
            if (!Arrays.equals(in[i], converter.fromConnectData(TOPIC, read[i].schema(), read[i].value()))) {
                throw new IllegalStateException("record " + i + " of " + set + " is not as JsonConverter writes it");
            }
        }
        cases.add(new Case(name("decode", set), in.length, records.meanBytes(), () -> {
            long sum = 0;
            for (byte[] message : in) {
                sum += System.identityHashCode(converter.toConnectData(TOPIC, message).value().getClass());
            }
            return sum;
        }));
        cases.add(new Case(name("encode", set), in.length, records.meanBytes(), () -> {
            long sum = 0;
            for (SchemaAndValue data : read) {
                sum += converter.fromConnectData(TOPIC, data.schema(), data.value()).length;
            }
            return sum;
        }));
        cases.add(new Case(name("roundtrip", set), in.length, records.meanBytes(), () -> {
            long sum = 0;
            for (byte[] message : in) {
                SchemaAndValue data = converter.toConnectData(TOPIC, message);
                sum += converter.fromConnectData(TOPIC, data.schema(), data.value()).length;
            }
            return sum;
        }));
        for (String step : STEPS.subList(3, STEPS.size())) {
            if (chains.get(step) == null) {
                continue;
            }
            List<Transformation<SinkRecord>> chain = chains.get(step);
            cases.add(new Case(name(step, set), in.length, records.meanBytes(), () -> {
                long sum = 0;
                for (int i = 0; i < in.length; i++) {
                    SinkRecord record = Transforms.through(chain, Transforms.consumed(converter.toConnectData(TOPIC, in[i]), i));
                    sum += converter.fromConnectData(TOPIC, record.valueSchema(), record.value()).length;
                }
                return sum;
            }));
        }
        return cases;
    }
}
