package settings

import "github.com/millrace/millrace/config"

// sinkKeys are the keys of sink connectors beside those of all. Source: SinkConnectorConfig.configDef.
func sinkKeys() []config.Key {
	return []config.Key{
		{Name: "topics", Type: config.List, Default: "", Validator: config.AnyNonDuplicateValues(true, false), Importance: config.High,
			Doc:   "List of topics to consume, separated by commas",
			Group: "Common", Order: 4, Width: config.WidthLong, DisplayName: "Topics"},
		{Name: "topics.regex", Type: config.String, Default: "", Validator: expression, Importance: config.High,
			Doc:   "Regular expression giving topics to consume. Under the hood, the regex is compiled to a <code>java.util.regex.Pattern</code>. Only one of topics or topics.regex should be specified.",
			Group: "Common", Order: 4, Width: config.WidthLong, DisplayName: "Topics regex"},
		{Name: DeadLetterTopic, Type: config.String, Default: "", Importance: config.Medium,
			Doc:   "The name of the topic to be used as the dead letter queue (DLQ) for messages that result in an error when processed by this sink connector, or its transformations or converters. The topic name is blank by default, which means that no messages are to be recorded in the DLQ.",
			Group: "Error Handling", Order: 6, Width: config.WidthMedium, DisplayName: "Dead Letter Queue Topic Name"},
		{Name: "errors.deadletterqueue.topic.replication.factor", Type: config.Short, Default: "3", Importance: config.Medium,
			Doc:   "Replication factor used to create the dead letter queue topic when it doesn't already exist.",
			Group: "Error Handling", Order: 7, Width: config.WidthMedium, DisplayName: "Dead Letter Queue Topic Replication Factor"},
		{Name: "errors.deadletterqueue.context.headers.enable", Type: config.Boolean, Default: "false", Importance: config.Medium,
			Doc:   "If true, add headers containing error context to the messages written to the dead letter queue. To avoid clashing with headers from the original record, all error context header keys, all error context header keys will start with <code>__connect.errors.</code>",
			Group: "Error Handling", Order: 8, Width: config.WidthMedium, DisplayName: "Enable Error Context Headers"},
	}
}
