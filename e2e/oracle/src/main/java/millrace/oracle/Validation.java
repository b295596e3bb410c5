package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;

import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.rest.RestRequestTimeout;
import org.apache.kafka.connect.runtime.rest.resources.ConnectorPluginsResource;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;
import org.apache.kafka.connect.storage.MemoryOffsetBackingStore;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The validate operation: the REST resource of a standalone worker, called directly.
 *
 * <p>The worker is made at the first use (it scans the class path for plugins) and never talks to a broker.
 */
final class Validation {
    private ConnectorPluginsResource resource;

    JsonNode validate(JsonNode request) throws Exception {
        String name = Json.required(request, "class").asText();
        Map<String, String> config = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : request.path("config").properties()) {
            config.put(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText());
        }
        try {
            return Json.tree(resource().validateConfigs(name, config));
        } catch (Exception e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private ConnectorPluginsResource resource() {
        if (resource == null) {
            resource = new ConnectorPluginsResource(herder(), RestRequestTimeout.constant(90_000, 10_000));
        }
        return resource;
    }

    private static Herder herder() {
        Map<String, String> worker = new HashMap<>();
        worker.put("bootstrap.servers", "localhost:9092");
        worker.put("key.converter", "org.apache.kafka.connect.json.JsonConverter");
        worker.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
        worker.put("offset.storage.file.filename", "unused");
        org.apache.kafka.connect.runtime.isolation.Plugins plugins = new org.apache.kafka.connect.runtime.isolation.Plugins(worker);
        plugins.compareAndSwapWithDelegatingLoader();
        StandaloneConfig config = new OfflineConfig(worker);
        AllConnectorClientConfigOverridePolicy policy = new AllConnectorClientConfigOverridePolicy();
        Worker unstarted = new Worker("oracle:8083", Time.SYSTEM, plugins, config, new MemoryOffsetBackingStore() {
            @Override
            public Set<Map<String, Object>> connectorPartitions(String connectorName) {
                return Set.of();
            }
        }, policy);
        return new StandaloneHerder(unstarted, config.kafkaClusterId(), policy);
    }

    /** A worker configuration that knows its cluster id without asking a broker. */
    private static final class OfflineConfig extends StandaloneConfig {
        OfflineConfig(Map<String, String> props) {
            super(props);
        }

        @Override
        public String kafkaClusterId() {
            return "oracle";
        }
    }
}
