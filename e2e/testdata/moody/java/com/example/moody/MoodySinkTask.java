package com.example.moody;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

public final class MoodySinkTask extends SinkTask {
    private final Moody moody = new Moody();
    private Path file;
    private String mode;

    @Override
    public void start(Map<String, String> props) {
        file = Path.of(props.get("file"));
        mode = props.get("moody");
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        StringBuilder lines = new StringBuilder();
        for (SinkRecord r : records) {
            if ("report".equals(mode) && "bad".equals(r.value())) {
                if (context.errantRecordReporter() == null) {
                    throw new ConnectException("moody: nobody to report to");
                }
                context.errantRecordReporter().report(r, new DataException("moody: bad"));
                continue;
            }
            if ("put".equals(mode)) {
                context.timeout(50);
                moody.check(r.value());
            }
            lines.append(r.kafkaOffset()).append(' ').append(r.value()).append('\n');
        }
        try {
            Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new ConnectException(e);
        }
    }

    @Override
    public void stop() {
    }

    @Override
    public String version() {
        return Moody.VERSION;
    }
}
