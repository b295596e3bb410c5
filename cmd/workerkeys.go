package cmd

import "github.com/millrace/millrace/config"

// ownWorkerKeys are the keys of Java's WorkerConfig that neither the engine nor the REST server reads.
func ownWorkerKeys() []config.Key {
	return []config.Key{
		{Name: "bootstrap.servers", Type: config.List, Required: true, Validator: config.AnyNonDuplicateValues(false, false), Importance: config.High,
			Doc: "A list of host/port pairs used to establish the initial connection to the Kafka cluster. Clients use this list to bootstrap and discover the full set of Kafka brokers. While the order of servers in the list does not matter, we recommend including more than one server to ensure resilience if any servers are down. This list does not need to contain the entire set of brokers, as Kafka clients automatically manage and update connections to the cluster efficiently. This list must be in the form <code>host1:port1,host2:port2,...</code>."},
		{Name: "client.dns.lookup", Type: config.String, Default: "use_all_dns_ips", Validator: config.In("use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"), Importance: config.Medium,
			Doc: "Controls how the client uses DNS lookups. If set to <code>use_all_dns_ips</code>, connect to each returned IP address in sequence until a successful connection is established. After a disconnection, the next IP is used. Once all IPs have been used once, the client resolves the IP(s) from the hostname again (both the JVM and the OS cache DNS name lookups, however). If set to <code>resolve_canonical_bootstrap_servers_only</code>, resolve each bootstrap address into a list of canonical names. After the bootstrap phase, this behaves the same as <code>use_all_dns_ips</code>."},
		{Name: "key.converter.plugin.version", Type: config.String, Importance: config.Low,
			Doc: "Version of the key converter."},
		{Name: "value.converter.plugin.version", Type: config.String, Importance: config.Low,
			Doc: "Version of the value converter."},
		{Name: "header.converter.plugin.version", Type: config.String, Importance: config.Low,
			Doc: "Version of the header converter."},
		{Name: "plugin.path", Type: config.List, Validator: config.AnyNonDuplicateValues(false, true), Importance: config.Low,
			Doc: "List of paths separated by commas (,) that contain plugins (connectors, converters, transformations). The list should consist of top level directories that include any combination of: \na) directories immediately containing jars with plugins and their dependencies\nb) uber-jars with plugins and their dependencies\nc) directories immediately containing the package directory structure of classes of plugins and their dependencies\nNote: symlinks will be followed to discover dependencies or plugins.\nExamples: plugin.path=/usr/local/share/java,/usr/local/share/kafka/plugins,/opt/connectors\nDo not use config provider variables in this property, since the raw path is used by the worker's scanner before config providers are initialized and used to replace variables."},
		{Name: "plugin.discovery", Type: config.String, Default: "hybrid_warn", Validator: config.InIgnoreCase("only_scan", "hybrid_warn", "hybrid_fail", "service_load"), Importance: config.Low,
			Doc: "Method to use to discover plugins present in the classpath and plugin.path configuration. This can be one of multiple values with the following meanings:\n* only_scan: Discover plugins only by reflection. Plugins which are not discoverable by ServiceLoader will not impact worker startup.\n* hybrid_warn: Discover plugins reflectively and by ServiceLoader. Plugins which are not discoverable by ServiceLoader will print warnings during worker startup.\n* hybrid_fail: Discover plugins reflectively and by ServiceLoader. Plugins which are not discoverable by ServiceLoader will cause worker startup to fail.\n* service_load: Discover plugins only by ServiceLoader. Faster startup than other modes. Plugins which are not discoverable by ServiceLoader may not be usable."},
		{Name: "metrics.sample.window.ms", Type: config.Long, Default: "30000", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The window of time a metrics sample is computed over."},
		{Name: "metrics.num.samples", Type: config.Int, Default: "2", Validator: config.AtLeast(1), Importance: config.Low,
			Doc: "The number of samples maintained to compute metrics."},
		{Name: "metrics.recording.level", Type: config.String, Default: "INFO", Validator: config.In("INFO", "DEBUG"), Importance: config.Low,
			Doc: "The highest recording level for metrics. It has three levels for recording metrics - info, debug, and trace.\n \nINFO level records only essential metrics necessary for monitoring system performance and health. It collects vital data without gathering too much detail, making it suitable for production environments where minimal overhead is desired.\n\nDEBUG level records most metrics, providing more detailed information about the system's operation. It's useful for development and testing environments where you need deeper insights to debug and fine-tune the application.\n\nTRACE level records all possible metrics, capturing every detail about the system's performance and operation. It's best for controlled environments where in-depth analysis is required, though it can introduce significant overhead."},
		{Name: "metric.reporters", Type: config.List, Default: "org.apache.kafka.common.metrics.JmxReporter", Validator: config.AnyNonDuplicateValues(true, false), Importance: config.Low,
			Doc: "A list of classes to use as metrics reporters. Implementing the <code>org.apache.kafka.common.metrics.MetricsReporter</code> interface allows plugging in classes that will be notified of new metric creation. When custom reporters are set and <code>org.apache.kafka.common.metrics.JmxReporter</code> is needed, it has to be explicitly added to the list."},
		{Name: "config.providers", Type: config.List, Default: "", Validator: config.AnyNonDuplicateValues(true, false), Importance: config.Low,
			Doc: "Comma-separated alias names for classes implementing the <code>ConfigProvider</code> interface. This enables loading configuration data (such as passwords, API keys, and other credentials) from external sources. For example, see <a href=\"https://kafka.apache.org/documentation/#config_providers\">Configuration Providers</a>."},
		{Name: "topic.tracking.allow.reset", Type: config.Boolean, Default: "true", Importance: config.Low,
			Doc: "If set to true, it allows user requests to reset the set of active topics per connector."},
	}
}
