package com.example.moody;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

public final class MoodySourceTask extends SourceTask {
    private Map<String, String> props;
    private boolean done;

    @Override
    public void start(Map<String, String> props) {
        this.props = props;
    }

    @Override
    public List<SourceRecord> poll() throws InterruptedException {
        if (done) {
            Thread.sleep(100);
            return null;
        }
        done = true;
        List<SourceRecord> records = new ArrayList<>();
        for (String word : props.get("words").split(",")) {
            String value = word.equals("large") ? word.repeat(420) : word;
            ConnectHeaders headers = new ConnectHeaders();
            headers.addString("m", word);
            records.add(new SourceRecord(Map.of("moody", "x"), Map.of("n", (long) records.size()), props.get("topic"), null,
                Schema.STRING_SCHEMA, word, Schema.STRING_SCHEMA, value, 1_700_000_000_000L + records.size(), headers));
        }
        return records;
    }

    @Override
    public void stop() {
    }

    @Override
    public String version() {
        return Moody.VERSION;
    }
}
