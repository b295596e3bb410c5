// Writes the vectors of this folder with the classes of Apache Kafka 4.3.1, in whose package it has to be.
// $LIB are the jars of e2e/oracle, once its run.sh has built them:
//
//	javac -cp "$LIB/*" -d /tmp/vectors InternalTopics.java
//	java -cp "/tmp/vectors:$LIB/*" org.apache.kafka.connect.storage.InternalTopics .
package org.apache.kafka.connect.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.runtime.*;
import org.apache.kafka.connect.runtime.distributed.DistributedConfig;
import org.apache.kafka.connect.util.*;

public final class InternalTopics {
    static final ObjectMapper JSON = new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
    static final JsonConverter CONVERTER = converter();

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[0]);
        try (PrintStream p = new PrintStream(Files.newOutputStream(out.resolve("written.jsonl")), false, StandardCharsets.UTF_8)) {
            writtenConfigs(p);
            writtenStatuses(p);
        }
        try (PrintStream p = gzip(out.resolve("confighistories.jsonl.gz"))) {
            for (int seed = 0; seed < 400; seed++)
                p.println(JSON.writeValueAsString(configHistory(seed)));
        }
        try (PrintStream p = gzip(out.resolve("statushistories.jsonl.gz"))) {
            for (int seed = 0; seed < 200; seed++)
                p.println(JSON.writeValueAsString(statusHistory(seed)));
        }
        try (PrintStream p = new PrintStream(Files.newOutputStream(out.resolve("twooffsets.txt")), false, StandardCharsets.UTF_8)) {
            twoOffsets(p);
        }
    }

    static PrintStream gzip(Path file) throws Exception {
        OutputStream o = new GZIPOutputStream(Files.newOutputStream(file));
        return new PrintStream(o, false, StandardCharsets.UTF_8);
    }

    static JsonConverter converter() {
        JsonConverter c = new JsonConverter();
        c.configure(Map.of("schemas.enable", "false"), false);
        return c;
    }

    /** A log whose records are read as soon as they are written. */
    static final class FakeLog<K> extends KafkaBasedLog<K, byte[]> {
        final Callback<ConsumerRecord<K, byte[]>> reader;
        final List<Map<String, Object>> written = new ArrayList<>();
        final List<String> calls = new ArrayList<>();
        long offset = 0;

        FakeLog(Callback<ConsumerRecord<K, byte[]>> reader) {
            super("t", new HashMap<>(), new HashMap<>(), () -> null, (e, r) -> { }, Time.SYSTEM, null);
            this.reader = reader;
        }
        @Override public void start() { }
        @Override public void stop() { }
        @Override public int partitionCount() { return 1; }
        @Override public void flush() { }
        @Override public Future<Void> readToEnd() { return CompletableFuture.completedFuture(null); }
        @Override public void readToEnd(Callback<Void> c) { c.onCompletion(null, null); }
        @Override public void send(K k, byte[] v) { sendWithReceipt(k, v); }
        @Override public void send(K k, byte[] v, org.apache.kafka.clients.producer.Callback c) { sendWithReceipt(k, v, c); }
        @Override public Future<RecordMetadata> sendWithReceipt(K k, byte[] v) { return sendWithReceipt(k, v, null); }
        @Override public Future<RecordMetadata> sendWithReceipt(K k, byte[] v, org.apache.kafka.clients.producer.Callback c) {
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("key", k instanceof byte[] b ? new String(b, StandardCharsets.UTF_8) : k);
            m.put("value", v == null ? null : new String(v, StandardCharsets.UTF_8));
            written.add(m);
            if (reader != null)
                reader.onCompletion(null, new ConsumerRecord<>("t", 0, offset++, k, v));
            if (c != null)
                c.onCompletion(null, null);
            return CompletableFuture.completedFuture(null);
        }
    }

    static Field field(Class<?> c, String name) throws Exception {
        Field f = c.getDeclaredField(name);
        f.setAccessible(true);
        return f;
    }

    static DistributedConfig worker() throws Exception {
        Map<String, String> p = new HashMap<>();
        p.put("bootstrap.servers", "localhost:1");
        p.put("group.id", "g");
        p.put("key.converter", "org.apache.kafka.connect.json.JsonConverter");
        p.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
        p.put("config.storage.topic", "configs");
        p.put("offset.storage.topic", "offsets");
        p.put("status.storage.topic", "statuses");
        DistributedConfig c = new DistributedConfig(p);
        field(WorkerConfig.class, "kafkaClusterId").set(c, "id");
        return c;
    }

    static final class Configs {
        final KafkaConfigBackingStore store;
        final FakeLog<String> log;
        final Callback<ConsumerRecord<String, byte[]>> reader;
        final List<Object> changes = new ArrayList<>();

        @SuppressWarnings("unchecked")
        Configs() throws Exception {
            store = new KafkaConfigBackingStore(CONVERTER, worker(), null, () -> null, "g-");
            Object real = field(KafkaConfigBackingStore.class, "configLog").get(store);
            reader = (Callback<ConsumerRecord<String, byte[]>>) field(KafkaBasedLog.class, "consumedCallback").get(real);
            log = new FakeLog<>(reader);
            store.setConfigLog(log);
            store.setUpdateListener(new ConfigBackingStore.UpdateListener() {
                void add(Object... o) { changes.add(Arrays.asList(o)); }
                @Override public void onConnectorConfigRemove(String c) { add("removed", c); }
                @Override public void onConnectorConfigUpdate(String c) { add("put", c); }
                @Override public void onTaskConfigUpdate(Collection<ConnectorTaskId> t) {
                    add("tasks", t.stream().map(ConnectorTaskId::task).sorted().toList());
                }
                @Override public void onConnectorTargetStateChange(String c) { add("target", c); }
                @Override public void onSessionKeyUpdate(SessionKey k) { add("key", k.creationTimestamp()); }
                @Override public void onRestartRequest(RestartRequest r) { add("restart", r.toString()); }
                @Override public void onLoggingLevelUpdate(String n, String l) { add("logger", n, l); }
            });
            field(KafkaConfigBackingStore.class, "started").set(store, true);
        }

        Map<String, Object> snapshot() {
            ClusterConfigState s = store.snapshot();
            Map<String, Object> m = new TreeMap<>();
            m.put("offset", s.offset());
            SessionKey k = s.sessionKey();
            m.put("key", k == null ? null : List.of(Base64.getEncoder().encodeToString(k.key().getEncoded()), k.key().getAlgorithm(), k.creationTimestamp()));
            m.put("configs", s.connectorConfigs);
            m.put("targets", s.connectorTargetStates);
            m.put("counts", s.connectorTaskCounts);
            Map<String, Object> tasks = new TreeMap<>();
            for (String c : s.connectors())
                tasks.put(c, s.tasks(c).stream().map(s::rawTaskConfig).toList());
            m.put("tasks", tasks);
            m.put("records", s.connectorTaskCountRecords);
            m.put("generations", s.connectorTaskConfigGenerations);
            Map<String, Object> applied = new TreeMap<>();
            s.appliedConnectorConfigs.forEach((c, a) -> applied.put(c, a.transformedConfig(null)));
            m.put("applied", applied);
            m.put("fencing", new TreeSet<>(s.connectorsPendingFencing));
            m.put("inconsistent", new TreeSet<>(s.inconsistentConnectors()));
            return m;
        }
    }

    static void say(PrintStream p, String op, List<?> args, FakeLog<?> log) throws Exception {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("op", op);
        m.put("args", args);
        m.put("records", new ArrayList<>(log.written));
        log.written.clear();
        p.println(JSON.writeValueAsString(m));
    }

    /** A HashMap that was filled in the order of its keys. */
    static Map<String, String> config(String... keysAndValues) {
        Map<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2)
            sorted.put(keysAndValues[i], keysAndValues[i + 1]);
        Map<String, String> m = new HashMap<>();
        sorted.forEach(m::put);
        return m;
    }

    static void writtenConfigs(PrintStream p) throws Exception {
        Configs c = new Configs();
        String odd = "q\"\\/\b\t\n\f\r\u0001\u001f\u007f\u2028ü€😀";
        List<Map<String, String>> configs = List.of(
            config(),
            config("name", "a", "connector.class", "FileStreamSource", "tasks.max", "2", "file", "/tmp/in", "topic", "t"),
            config(odd, odd, "empty", ""),
            config("Aa", "1", "BB", "2", "C#", "3"));
        for (Map<String, String> config : configs) {
            c.store.putConnectorConfig("a-b", config, null);
            say(p, "connector", Arrays.asList("a-b", config, null), c.log);
        }
        for (TargetState t : TargetState.values()) {
            c.store.putConnectorConfig(odd, configs.get(1), t);
            say(p, "connector", Arrays.asList(odd, configs.get(1), t.name()), c.log);
            c.store.putTargetState("a-b", t);
            say(p, "target", List.of("a-b", t.name()), c.log);
        }
        for (int n : new int[] {0, 1, 3}) {
            List<Map<String, String>> tasks = new ArrayList<>();
            for (int i = 0; i < n; i++)
                tasks.add(config("task.class", "T", "n", "" + i));
            c.store.putTaskConfigs("a-b", tasks);
            say(p, "tasks", List.of("a-b", tasks), c.log);
        }
        c.store.putTaskCountRecord("a-b", 3);
        say(p, "count", List.of("a-b", 3), c.log);
        for (int n : new int[] {1, 16, 32, 64}) {
            byte[] key = new byte[n];
            for (int i = 0; i < n; i++)
                key[i] = (byte) (i * 37 + 251);
            c.store.putSessionKey(new SessionKey(new SecretKeySpec(key, "HmacSHA256"), 1795393742974L + n));
            say(p, "key", List.of(Base64.getEncoder().encodeToString(key), "HmacSHA256", 1795393742974L + n), c.log);
        }
        for (boolean onlyFailed : new boolean[] {false, true})
            for (boolean includeTasks : new boolean[] {false, true}) {
                c.store.putRestartRequest(new RestartRequest("a-b", onlyFailed, includeTasks));
                say(p, "restart", List.of("a-b", onlyFailed, includeTasks), c.log);
            }
        c.store.putLoggerLevel("org.apache.kafka", "WARN");
        say(p, "logger", List.of("org.apache.kafka", "WARN"), c.log);
        c.store.removeConnectorConfig("a-b");
        say(p, "remove", List.of("a-b"), c.log);
    }

    static void writtenStatuses(PrintStream p) throws Exception {
        FakeLog<String> log = new FakeLog<>(null);
        KafkaStatusBackingStore s = new KafkaStatusBackingStore(Time.SYSTEM, CONVERTER, "statuses", () -> null, log);
        for (AbstractStatus.State state : AbstractStatus.State.values())
            for (String trace : new String[] {null, "", "java.lang.Exception: \"x\"\n\tat A.b(A.java:1)\n"})
                for (String version : new String[] {null, "4.3.1"}) {
                    s.put(new ConnectorStatus("a-b", state, trace, "h:8083", 14, version));
                    say(p, "status", Arrays.asList("a-b", -1, state.name(), trace, "h:8083", 14, version), log);
                    s.put(new TaskStatus(new ConnectorTaskId("a-b", 7), state, "h:8083", 14, trace, version));
                    say(p, "status", Arrays.asList("a-b", 7, state.name(), trace, "h:8083", 14, version), log);
                }
        s.put(new TopicStatus("t.1", new ConnectorTaskId("a:b", 2), 1795393840966L));
        say(p, "topic", List.of("t.1", "a:b", 2, 1795393840966L), log);
        s.deleteTopic("a:b", "t.1");
        say(p, "forget", List.of("t.1", "a:b"), log);
    }

    static final String[] NAMES = {"a", "b", "a-0", "c-1-", ""};

    static Map<String, Object> record(String key, String value) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("key", key);
        m.put("value", value);
        return m;
    }

    @SafeVarargs
    static <T> T one(Random r, T... of) { return of[r.nextInt(of.length)]; }

    static String number(Random r) { return one(r, "0", "1", "2", "2", "3", "1.0", "1e0", "\"1\"", "null", "true"); }

    static String junk(Random r) {
        return one(r, null, "null", "{}", "[]", "\"x\"", "1", "true", "", " ", "{\"properties\":null}", "{\"properties\":[]}", "{\"tasks\":",
            "x", "{\"state\":1}", "{\"key\":\"AQ==\"}", "{\"tasks\":1} trailing", "{\"tasks\":1,\"tasks\":2}", "\ufeff{}", "{'tasks':1}", "{\"tasks\":1,}", "-", "NaN",
            "{\"a\":\"\\u0000\\ud83d\\ude00\"}", "/* c */ {}", "{\"properties\":{}}", "\u0000");
    }

    static String properties(Random r) {
        return "{\"properties\":{\"v\":\"" + r.nextInt(9) + "\"" + (r.nextInt(4) == 0 ? ",\"n\":null" : "") + "}" + (r.nextInt(8) == 0 ? ",\"x\":1" : "") + "}";
    }

    static String target(Random r) {
        String s = one(r, "\"STARTED\"", "\"PAUSED\"", "\"STOPPED\"", "\"stopped\"", "1", "null", "\"\"");
        String v2 = one(r, "\"STARTED\"", "\"PAUSED\"", "\"STOPPED\"", "\"NEW\"", "1", "null");
        return one(r, "{\"state\":" + s + "}", "{\"state.v2\":" + v2 + "}", "{\"state\":" + s + ",\"state.v2\":" + v2 + "}", null);
    }

    static String sessionKey(Random r) {
        return "{\"key\":" + one(r, "\"AQID\"", "\"\"", "\"?\"", "\"AQI\"", "\"AQJ=\"", "1") + ",\"algorithm\":" + one(r, "\"HmacSHA256\"", "\"\"", "null") +
            ",\"creation-timestamp\":" + one(r, "5", "1795393742974", "1.5", "\"5\"", "-1") + "}";
    }

    static String bool(Random r) { return one(r, "true", "false", "null", "1", "\"true\""); }

    /** A history, mostly of what workers write, in any order; with what Java makes of it. */
    static Map<String, Object> configHistory(int seed) throws Exception {
        Random r = new Random(seed);
        List<Object> records = new ArrayList<>();
        for (int i = 0, n = 5 + r.nextInt(40); i < n; i++) {
            String name = NAMES[r.nextInt(r.nextInt(4) == 0 ? NAMES.length : 2)];
            String key;
            String value;
            switch (r.nextInt(14)) {
                case 0, 1, 2 -> { key = "connector-" + name; value = r.nextInt(4) == 0 ? null : properties(r); }
                case 3, 4, 5, 6 -> { key = "task-" + name + "-" + one(r, "0", "0", "0", "1", "1", "2", "+1", "x", "01", "-1", "2147483648", ""); value = properties(r); }
                case 7, 8, 9 -> { key = "commit-" + name; value = "{\"tasks\":" + number(r) + "}"; }
                case 10 -> { key = "target-state-" + name; value = target(r); }
                case 11 -> { key = "tasks-fencing-" + name; value = "{\"task-count\":" + number(r) + "}"; }
                case 12 -> {
                    key = "session-key";
                    value = sessionKey(r);
                    if (r.nextBoolean()) {
                        key = "restart-connector-" + name;
                        value = "{\"include-tasks\":" + bool(r) + ",\"only-failed\":" + bool(r) + "}";
                    }
                }
                default -> { key = one(r, "logger-cluster-" + name, "unknown", "", "task-" + name, "connector", "session-key-2"); value = one(r, "{\"level\":\"WARN\"}", "{\"level\":1}", null); }
            }
            if (r.nextInt(8) == 0)
                value = junk(r);
            records.add(record(key, value));
        }
        Configs c = new Configs();
        List<Integer> raised = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            @SuppressWarnings("unchecked") Map<String, Object> m = (Map<String, Object>) records.get(i);
            String v = (String) m.get("value");
            try {
                c.reader.onCompletion(null, new ConsumerRecord<>("t", 0, i * 2, (String) m.get("key"), v == null ? null : v.getBytes(StandardCharsets.UTF_8)));
            } catch (RuntimeException e) {
                raised.add(i); // the original's reader loses what else it has fetched
            }
        }
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("seed", seed);
        m.put("records", records);
        m.put("raised", raised);
        m.put("changes", c.changes);
        m.put("snapshot", c.snapshot());
        return m;
    }

    static String status(Random r) {
        return "{\"state\":" + one(r, "\"RUNNING\"", "\"RUNNING\"", "\"UNASSIGNED\"", "\"UNASSIGNED\"", "\"FAILED\"", "\"PAUSED\"", "\"STOPPED\"", "\"RESTARTING\"", "\"DESTROYED\"", "\"NEW\"", "null", "1") +
            one(r, ",\"trace\":null", ",\"trace\":\"t\"", ",\"trace\":1", "", "") + ",\"worker_id\":" + one(r, "\"w1\"", "\"w1\"", "\"w2\"", "\"w2\"", "1") +
            ",\"generation\":" + one(r, "1", "2", "3", "3", "3", "-1", "1.0", "null") + one(r, ",\"version\":\"1\"", ",\"version\":null", "", ",\"version\":2") + "}";
    }

    static Map<String, Object> statusHistory(int seed) throws Exception {
        Random r = new Random(seed);
        FakeLog<String> log = new FakeLog<>(null);
        KafkaStatusBackingStore s = new KafkaStatusBackingStore(Time.SYSTEM, CONVERTER, "statuses", () -> null, log);
        List<Object> records = new ArrayList<>();
        for (int i = 0, n = 5 + r.nextInt(40); i < n; i++) {
            String name = one(r, "a", "b", "a-0");
            String key = one(r, "status-connector-" + name, "status-connector-" + name, "status-task-" + name + "-" + one(r, "0", "1", "x", "0-", ""), "status-task-" + name + "-0",
                "status-topic-" + one(r, "t", "u", "") + ":connector-" + one(r, name, name, ""), one(r, "status-topic-t", "status-connector-", "status-task-", "status", ""));
            String value = r.nextInt(5) == 0 ? null : r.nextInt(8) == 0 ? junk(r) : status(r);
            if (key.startsWith("status-topic") && r.nextInt(3) > 0)
                value = "{\"topic\":{\"name\":" + one(r, "\"t\"", "\"other\"") + ",\"connector\":" + one(r, "\"a\"", "\"b\"") + ",\"task\":" + one(r, "0", "3", "1.0", "\"0\"") + ",\"discoverTimestamp\":" + one(r, "5", "1795393840966", "1.5") + "}}";
            records.add(record(key, value));
        }
        List<Integer> raised = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            @SuppressWarnings("unchecked") Map<String, Object> m = (Map<String, Object>) records.get(i);
            String v = (String) m.get("value");
            try {
                s.read(new ConsumerRecord<>("t", 0, i, (String) m.get("key"), v == null ? null : v.getBytes(StandardCharsets.UTF_8)));
            } catch (RuntimeException e) {
                raised.add(i);
            }
        }
        Map<String, Object> state = new TreeMap<>();
        for (String c : List.of("a", "b", "a-0", "")) {
            Map<String, Object> of = new TreeMap<>();
            ConnectorStatus cs = s.get(c);
            of.put("connector", cs == null ? null : describe(cs));
            Map<Integer, Object> tasks = new TreeMap<>();
            for (TaskStatus t : s.getAll(c))
                tasks.put(t.id().task(), describe(t));
            of.put("tasks", tasks);
            Map<String, Object> topics = new TreeMap<>();
            for (String t : List.of("t", "u", "")) {
                TopicStatus use = s.getTopic(c, t);
                if (use != null)
                    topics.put(t, List.of(use.topic(), use.connector(), use.task(), use.discoverTimestamp()));
            }
            of.put("topics", topics);
            state.put(c, of);
        }
        Map<String, Boolean> safe = new TreeMap<>();
        for (String w : List.of("w1", "w2"))
            for (int g = 0; g < 4; g++) {
                log.written.clear();
                s.putSafe(new TaskStatus(new ConnectorTaskId("a", 0), AbstractStatus.State.UNASSIGNED, w, g));
                safe.put(w + " " + g, !log.written.isEmpty());
            }
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("seed", seed);
        m.put("records", records);
        m.put("raised", raised);
        m.put("state", state);
        m.put("safe", safe);
        return m;
    }

    static Object describe(AbstractStatus<?> s) {
        return Arrays.asList(s.state().name(), s.trace(), s.workerId(), s.generation(), s.version());
    }

    /** What a connector with an offset topic of its own finds and writes. */
    static void twoOffsets(PrintStream p) throws Exception {
        p.println("# own and the worker's offset of one partition, what a read finds, and the writes of a set, in order.");
        p.println("# Source: ConnectorOffsetBackingStore 4.3.1");
        for (String own : new String[] {null, "{\"p\":1}"})
            for (String workers : new String[] {null, "{\"p\":2}"}) {
                List<String> writes = new ArrayList<>();
                OffsetBackingStore worker = store("worker", workers, writes);
                KafkaOffsetBackingStore connector = store("own", own, writes);
                Admin none = (Admin) Proxy.newProxyInstance(InternalTopics.class.getClassLoader(), new Class<?>[] {Admin.class}, (a, b, d) -> null);
                ConnectorOffsetBackingStore both = ConnectorOffsetBackingStore.withConnectorAndWorkerStores(
                    () -> LoggingContext.forConnector("c"), worker, connector, "own", new TopicAdmin(Map.of("bootstrap.servers", "b"), none));
                ByteBuffer key = ByteBuffer.wrap("k".getBytes());
                ByteBuffer found = both.get(List.of(key)).get().get(key);
                p.println("get\t" + own + "\t" + workers + "\t" + (found == null ? null : new String(found.array())));
                Map<ByteBuffer, ByteBuffer> set = new LinkedHashMap<>();
                set.put(ByteBuffer.wrap("r".getBytes()), ByteBuffer.wrap("{\"p\":3}".getBytes()));
                both.set(set, (e, v) -> writes.add("done"));
                p.println("set\t" + writes);
                writes.clear();
                set.put(ByteBuffer.wrap("t".getBytes()), null);
                both.set(set, (e, v) -> writes.add("done"));
                p.println("set\t" + writes);
            }
    }

    static KafkaOffsetBackingStore store(String name, String value, List<String> writes) {
        KafkaOffsetBackingStore s = new KafkaOffsetBackingStore(() -> null, () -> "x", CONVERTER);
        s.offsetLog = new KafkaBasedLog<>("t", new HashMap<>(), new HashMap<>(), () -> null, (e, r) -> { }, Time.SYSTEM, null) {
            @Override public void readToEnd(Callback<Void> c) { c.onCompletion(null, null); }
            @Override public void send(byte[] k, byte[] v, org.apache.kafka.clients.producer.Callback c) {
                writes.add(name + " " + new String(k) + (v == null ? " null" : ""));
                c.onCompletion(null, null);
            }
        };
        if (value != null)
            s.data.put(ByteBuffer.wrap("k".getBytes()), ByteBuffer.wrap(value.getBytes()));
        return s;
    }
}
