package com.example.counter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/** Counts in its partitions, a few numbers a poll in turns. */
public final class CounterSourceTask extends SourceTask {
    private static final int ROWS_MAX = 7;
    private static final int UNIT_POLLS = 3;
    private static final long REST_MS = 50;

    private Map<String, String> props;
    private String[] ours;
    private long[] next;
    private String process;
    private int polls;
    private int unit;
    private int part;
    private int turn;

    @Override
    public void start(Map<String, String> props) {
        this.props = props;
        ours = props.get("ours").split(",");
        next = new long[ours.length];
        process = ProcessHandle.current().pid() + "." + nanos();
        owns("start");
        for (int i = 0; i < ours.length; i++) {
            Map<String, Object> offset = context.offsetStorageReader().offset(Map.of("sp", ours[i]));
            if (offset != null) {
                next[i] = (Long) offset.get("pos");
            }
        }
    }

    @Override
    public List<SourceRecord> poll() throws InterruptedException {
        long goal = goal();
        if (part == 0) {
            unit++;
        }
        int rows = 1 + polls++ % ROWS_MAX;
        List<SourceRecord> records = new ArrayList<>();
        StringBuilder told = new StringBuilder();
        for (int idle = 0; records.size() < rows && idle < ours.length; ) {
            int i = turn++ % ours.length;
            if (goal >= 0 && next[i] >= goal) {
                idle++;
                continue;
            }
            idle = 0;
            records.add(emit(told, i));
        }
        part++;
        if (context.transactionContext() == null) {
            part = 0;
        } else if (part == UNIT_POLLS || records.isEmpty()) {
            context.transactionContext().commitTransaction();
            part = 0;
        }
        tell(told);
        Thread.sleep(records.isEmpty() ? REST_MS : Long.parseLong(props.get("interval.ms")));
        return records;
    }

    private SourceRecord emit(StringBuilder told, int i) {
        String sp = ours[i];
        long seq = next[i]++;
        String topic = props.get("topic");
        String name = process + "." + unit;
        String value = props.get("name") + "|" + sp + "|" + seq + "|" + topic + "|" + name + "|";
        CRC32C crc = new CRC32C();
        crc.update(value.getBytes(StandardCharsets.UTF_8));
        String sum = String.format("%08x", crc.getValue());
        told.append(String.format("{\"type\":\"emit\",\"time\":%d,\"process\":\"%s\",\"conn\":\"%s\",\"sp\":\"%s\",\"seq\":%d,\"topic\":\"%s\",\"unit\":\"%s\",\"crc\":\"%s\"}%n",
            nanos(), process, props.get("name"), sp, seq, topic, name, sum));
        return new SourceRecord(Map.of("sp", sp), Map.of("pos", next[i]), topic, Schema.STRING_SCHEMA, sp + "-" + seq % 3, Schema.STRING_SCHEMA, value + sum);
    }

    private long goal() {
        try {
            return Long.parseLong(Files.readString(Path.of(props.get("goal.file"))));
        } catch (NoSuchFileException e) {
            return -1;
        } catch (IOException e) {
            throw new ConnectException(e);
        }
    }

    private void owns(String op) {
        StringBuilder told = new StringBuilder();
        for (String sp : ours) {
            told.append(String.format("{\"type\":\"own\",\"time\":%d,\"process\":\"%s\",\"conn\":\"%s\",\"sp\":\"%s\",\"op\":\"%s\"}%n", nanos(), process, props.get("name"), sp, op));
        }
        tell(told);
    }

    private void tell(CharSequence events) {
        try {
            Files.write(Path.of(props.get("history")), events.toString().getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new ConnectException(e);
        }
    }

    private static long nanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    @Override
    public void stop() {
        if (process != null) {
            owns("stop");
        }
    }

    @Override
    public String version() {
        return "1.0";
    }
}
