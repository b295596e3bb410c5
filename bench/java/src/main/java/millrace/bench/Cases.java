package millrace.bench;

import org.apache.kafka.common.record.TimestampType;
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
 * <p>json/roundtrip reads and writes; json/transforms5 puts the five transforms of {@link Chain} in between.
 */
final class Cases {
    static final List<String> STEPS = List.of("decode", "encode", "roundtrip", "transforms5");
    private static final String TOPIC = "orders";

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

    /** The cases of a data set, whose records carry their schema when it is called so. */
    static List<Case> of(String set, Records records) {
        List<Case> cases = new ArrayList<>();
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", Boolean.toString(set.endsWith("envelope"))), false);
        byte[][] in = records.messages();
        SchemaAndValue[] read = new SchemaAndValue[in.length];
        for (int i = 0; i < in.length; i++) {
            read[i] = converter.toConnectData(TOPIC, in[i]);
            if (!Arrays.equals(in[i], converter.fromConnectData(TOPIC, read[i].schema(), read[i].value()))) {
                throw new IllegalStateException("record " + i + " of " + set + " is not as JsonConverter writes it");
            }
        }
        List<Transformation<SinkRecord>> chain = Chain.five();
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
        cases.add(new Case(name("transforms5", set), in.length, records.meanBytes(), () -> {
            long sum = 0;
            for (int i = 0; i < in.length; i++) {
                SchemaAndValue data = converter.toConnectData(TOPIC, in[i]);
                SinkRecord record = new SinkRecord(TOPIC, 0, null, null, data.schema(), data.value(), i, 1_700_000_000_000L + i, TimestampType.CREATE_TIME);
                for (Transformation<SinkRecord> transform : chain) {
                    record = transform.apply(record);
                }
                sum += converter.fromConnectData(TOPIC, record.valueSchema(), record.value()).length;
            }
            return sum;
        }));
        return cases;
    }
}
