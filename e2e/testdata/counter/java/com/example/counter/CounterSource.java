package com.example.counter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;

/** Counts in several source partitions and tells in a history what it makes. */
public final class CounterSource extends SourceConnector {
    private Map<String, String> props;

    @Override
    public void start(Map<String, String> props) {
        this.props = props;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return CounterSourceTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int max) {
        int n = Integer.parseInt(props.get("partitions"));
        int tasks = Math.min(n, max);
        List<Map<String, String>> all = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            List<String> ours = new ArrayList<>();
            for (int p = i; p < n; p += tasks) {
                ours.add(Integer.toString(p));
            }
            Map<String, String> task = new HashMap<>(props);
            task.put("ours", String.join(",", ours));
            all.add(task);
        }
        return all;
    }

    @Override
    public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> props) {
        return ExactlyOnceSupport.SUPPORTED;
    }

    @Override
    public ConnectorTransactionBoundaries canDefineTransactionBoundaries(Map<String, String> props) {
        return ConnectorTransactionBoundaries.SUPPORTED;
    }

    @Override
    public void stop() {
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public String version() {
        return "1.0";
    }
}
