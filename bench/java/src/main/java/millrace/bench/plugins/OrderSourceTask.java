package millrace.bench.plugins;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Generates orders as structs; the schema is that of the Go data set. */
public final class OrderSourceTask extends SourceTask {
    private static final Schema SCHEMA = SchemaBuilder.struct().name("bench.Order")
        .field("zip", Schema.STRING_SCHEMA)
        .field("note", Schema.OPTIONAL_STRING_SCHEMA)
        .field("country", Schema.STRING_SCHEMA)
        .field("amount", Schema.FLOAT64_SCHEMA)
        .field("created", Schema.INT64_SCHEMA)
        .field("qty", Schema.INT32_SCHEMA)
        .field("active", Schema.BOOLEAN_SCHEMA)
        .field("id", Schema.INT64_SCHEMA)
        .field("sku", Schema.STRING_SCHEMA)
        .field("customer", Schema.STRING_SCHEMA)
        .build();
    private static final String[] COUNTRIES = {"DE", "FR", "US", "JP", "BR", "IN", "NL", "PL"};
    private static final String[] NOTES = {"", "leave at door", "gift", "ring twice", "call first", null, "Grüße"};
    private static final Map<String, ?> PARTITION = Map.of("task", 0L);

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final SplittableRandom random = new SplittableRandom(42);
    private String topic;
    private long count;
    private int batch;
    private long at;

    @Override
    public void start(Map<String, String> props) {
        topic = props.get(OrderSourceConnector.TOPIC);
        count = Long.parseLong(props.get(OrderSourceConnector.COUNT));
        batch = Integer.parseInt(props.getOrDefault(OrderSourceConnector.BATCH, "1024"));
    }

    @Override
    public List<SourceRecord> poll() throws InterruptedException {
        int n = (int) Math.min(batch, count - at);
        if (n == 0) {
            stopped.await(1, TimeUnit.SECONDS);
            return null;
        }
        List<SourceRecord> records = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            at++;
            records.add(new SourceRecord(PARTITION, Map.of("at", at), topic, SCHEMA, order()));
        }
        return records;
    }

    private Struct order() {
        return new Struct(SCHEMA)
            .put("zip", Integer.toString(100_000 + random.nextInt(100_000)).substring(1))
            .put("note", NOTES[random.nextInt(NOTES.length)])
            .put("country", COUNTRIES[random.nextInt(COUNTRIES.length)])
            .put("amount", (random.nextInt(10_000_000) + 1) / 100.0)
            .put("created", 1_700_000_000_000L + random.nextLong(30_000_000_000L))
            .put("qty", 1 + random.nextInt(120))
            .put("active", random.nextInt(4) != 0)
            .put("id", random.nextLong(1_000_000_000L))
            .put("sku", "SKU-" + (100_000 + random.nextInt(900_000)))
            .put("customer", "c-" + (100_000 + random.nextInt(900_000)));
    }

    @Override
    public void stop() {
        stopped.countDown();
    }

    @Override
    public String version() {
        return "1";
    }
}
