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
    private static final List<String> MODES = List.of("schemaless", "envelope");
    private static final List<String> STEPS = List.of("json/decode", "json/encode", "json/roundtrip", "json/transforms5");
    private static final String TOPIC = "orders";

    /** A named pass over that many records; the returned number depends on every result. */
    record Case(String name, int records, double bytesPerRecord, LongSupplier pass) {}

    private Cases() {}

    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (String mode : MODES) {
            for (String step : STEPS) {
                names.add(step + "/" + mode);
            }
        }
        return names;
    }

    static List<Case> all(Records schemaless, Records envelope) {
        List<Case> cases = new ArrayList<>();
        add(cases, "schemaless", schemaless, false);
        add(cases, "envelope", envelope, true);
        return cases;
    }

    private static void add(List<Case> cases, String mode, Records records, boolean envelope) {
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", Boolean.toString(envelope)), false);
        byte[][] in = records.messages();
        SchemaAndValue[] read = new SchemaAndValue[in.length];
        for (int i = 0; i < in.length; i++) {
            read[i] = converter.toConnectData(TOPIC, in[i]);
            if (!Arrays.equals(in[i], converter.fromConnectData(TOPIC, read[i].schema(), read[i].value()))) {
                throw new IllegalStateException("record " + i + " of " + mode + " is not as JsonConverter writes it");
            }
        }
        List<Transformation<SinkRecord>> chain = Chain.five();
        cases.add(new Case("json/decode/" + mode, in.length, records.meanBytes(), () -> {
            long sum = 0;
            for (byte[] message : in) {
                sum += System.identityHashCode(converter.toConnectData(TOPIC, message).value().getClass());
            }
            return sum;
        }));
        cases.add(new Case("json/encode/" + mode, in.length, records.meanBytes(), () -> {
            long sum = 0;
            for (SchemaAndValue data : read) {
                sum += converter.fromConnectData(TOPIC, data.schema(), data.value()).length;
            }
            return sum;
        }));
        cases.add(new Case("json/roundtrip/" + mode, in.length, records.meanBytes(), () -> {
            long sum = 0;
            for (byte[] message : in) {
                SchemaAndValue data = converter.toConnectData(TOPIC, message);
                sum += converter.fromConnectData(TOPIC, data.schema(), data.value()).length;
            }
            return sum;
        }));
        cases.add(new Case("json/transforms5/" + mode, in.length, records.meanBytes(), () -> {
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
    }
}
