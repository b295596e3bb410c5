package millrace.bench;

import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The list of transforms that both sides measure, and its cases: records that were read before, through each chain. */
final class Transforms {
    private static final String PACKAGE = "org.apache.kafka.connect.transforms.";

    /** One line of the list: its name, the data it is for (empty: both plain sets), the text of its transforms. */
    record Spec(String name, String only, String chain) {
        boolean isFor(String set) {
            return switch (only) {
                case "" -> !set.contains("/");
                case "envelope", "schemaless" -> set.equals(only);
                default -> set.startsWith(only + "/");
            };
        }

        String caseName(String set) {
            return "transform/" + name + "/" + set;
        }

        List<Transformation<SinkRecord>> make() {
            List<Transformation<SinkRecord>> made = new ArrayList<>();
            for (String one : chain.split(";")) {
                String[] words = one.trim().split("\\s+");
                Map<String, String> config = new HashMap<>();
                for (int i = 1; i < words.length; i++) {
                    int equals = words[i].indexOf('=');
                    config.put(words[i].substring(0, equals), words[i].substring(equals + 1));
                }
                made.add(configured(words[0], config));
            }
            return made;
        }
    }

    private Transforms() {}

    @SuppressWarnings("unchecked")
    private static Transformation<SinkRecord> configured(String name, Map<String, String> config) {
        try {
            Transformation<SinkRecord> transform = (Transformation<SinkRecord>) Class.forName(PACKAGE + name).getDeclaredConstructor().newInstance();
            transform.configure(config);
            return transform;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name, e);
        }
    }

    /** The list, bench/transforms.txt, which run.sh names. */
    static List<Spec> read() throws IOException {
        List<Spec> specs = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(System.getProperty("millrace.bench.transforms")), StandardCharsets.UTF_8)) {
            String text = line.trim();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            int colon = text.indexOf(": ");
            String name = colon < 0 ? text.substring(0, text.length() - 1) : text.substring(0, colon);
            int open = name.indexOf(" (");
            String only = open < 0 ? "" : name.substring(open + 2, name.length() - 1);
            specs.add(new Spec(open < 0 ? name : name.substring(0, open), only, text.substring(colon + 2)));
        }
        return specs;
    }

    /** The cases of one data set among those whose names are wanted. */
    static List<Cases.Case> of(String set, Records records, List<Spec> specs) {
        SinkRecord[] in = consumed(set, records);
        List<Cases.Case> cases = new ArrayList<>();
        for (Spec spec : specs) {
            List<Transformation<SinkRecord>> chain = spec.make();
            cases.add(new Cases.Case(spec.caseName(set), in.length, records.meanBytes(), () -> {
                long sum = 0;
                for (SinkRecord record : in) {
                    SinkRecord out = through(chain, record);
                    sum += out == null ? 1 : System.identityHashCode(out.getClass());
                }
                return sum;
            }));
        }
        return cases;
    }

    static SinkRecord through(List<Transformation<SinkRecord>> chain, SinkRecord record) {
        for (Transformation<SinkRecord> transform : chain) {
            if (record == null) {
                return null;
            }
            record = transform.apply(record);
        }
        return record;
    }

    static SinkRecord consumed(SchemaAndValue data, int offset) {
        return new SinkRecord(Cases.TOPIC, 0, null, null, data.schema(), data.value(), offset, 1_700_000_000_000L + offset, TimestampType.CREATE_TIME);
    }

    private static SinkRecord[] consumed(String set, Records records) {
        JsonConverter converter = Cases.converter(set);
        byte[][] messages = records.messages();
        SinkRecord[] in = new SinkRecord[messages.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = consumed(converter.toConnectData(Cases.TOPIC, messages[i]), i);
        }
        return in;
    }
}
