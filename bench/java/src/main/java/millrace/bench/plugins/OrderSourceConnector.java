package millrace.bench.plugins;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.SourceConnector;

import java.util.List;
import java.util.Map;

/** A source of generated orders, the records of the benchmark, as fast as the worker takes them. */
public final class OrderSourceConnector extends SourceConnector {
    static final String TOPIC = "topic";
    static final String COUNT = "count";
    static final String BATCH = "batch";

    private static final ConfigDef CONFIG = new ConfigDef()
        .define(TOPIC, ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "Topic of the records.")
        .define(COUNT, ConfigDef.Type.LONG, ConfigDef.Importance.HIGH, "Records to generate.")
        .define(BATCH, ConfigDef.Type.INT, 1024, ConfigDef.Importance.LOW, "Records of one poll.");

    private Map<String, String> props;

    @Override
    public void start(Map<String, String> props) {
        this.props = props;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return OrderSourceTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return List.of(props);
    }

    @Override
    public void stop() {
    }

    @Override
    public ConfigDef config() {
        return CONFIG;
    }

    @Override
    public String version() {
        return "1";
    }
}
