package mirror

import (
	_ "embed" // of the definitions
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
)

//go:embed keys/base.tsv
var baseKeys string

//go:embed keys/source.tsv
var sourceKeys string

//go:embed keys/heartbeat.tsv
var heartbeatKeys string

// Config keys.
const (
	enabledKey           = "enabled"
	sourceAliasKey       = "source.cluster.alias"
	targetAliasKey       = "target.cluster.alias"
	adminTimeoutKey      = "admin.timeout.ms"
	policyKey            = "replication.policy.class"
	separatorKey         = "replication.policy.separator"
	internalSeparatorKey = "replication.policy.internal.topic.separator.enabled"
	forwardingAdminKey   = "forwarding.admin.class"
	reportersKey         = "metric.reporters"
	topicsKey            = "topics"
	topicsExcludeKey     = "topics.exclude"
	topicFilterKey       = "topic.filter.class"
	propertyFilterKey    = "config.property.filter.class"
	propertiesExcludeKey = "config.properties.exclude"
	useDefaultsFromKey   = "use.defaults.from" // of the property filter; the definition does not list it, as in Java
	pollTimeoutKey       = "consumer.poll.timeout.ms"
	replicationFactorKey = "replication.factor"
	syncsFactorKey       = "offset-syncs.topic.replication.factor"
	syncsLocationKey     = "offset-syncs.topic.location"
	emitSyncsKey         = "emit.offset-syncs.enabled"
	offsetLagKey         = "offset.lag.max"
	copyHeartbeatsKey    = "heartbeats.replication.enabled"
	assignedKey          = "task.assigned.partitions"
	taskIndexKey         = "task.index"
	heartbeatFactorKey   = "heartbeats.topic.replication.factor"

	// Of these there are two each: with .enabled and .interval.seconds behind.
	refreshTopics  = "refresh.topics"
	syncConfigs    = "sync.topic.configs"
	syncACLs       = "sync.topic.acls"
	emitHeartbeats = "emit.heartbeats"
)

const javaPackage = "org.apache.kafka.connect.mirror."

// Classes that configs may name.
const (
	defaultPolicyClass  = javaPackage + "DefaultReplicationPolicy"
	identityPolicyClass = javaPackage + "IdentityReplicationPolicy"
	topicFilterClass    = javaPackage + "DefaultTopicFilter"
	propertyFilterClass = javaPackage + "DefaultConfigPropertyFilter"
	adminClass          = "org.apache.kafka.clients.admin.ForwardingAdmin"
	reporterClass       = "org.apache.kafka.common.metrics.JmxReporter"
)

// validators are Java's, and those of classes that cannot be loaded here.
var validators = map[string]config.Validator{
	policyKey:           oneOf(defaultPolicyClass, identityPolicyClass),
	topicFilterKey:      oneOf(topicFilterClass),
	propertyFilterKey:   oneOf(propertyFilterClass),
	forwardingAdminKey:  oneOf(adminClass),
	reportersKey:        config.Composite(distinct, oneOf(reporterClass)),
	"security.protocol": config.InIgnoreCase("SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"),
	"config.providers":  distinct,
	topicsKey:           distinct,
	topicsExcludeKey:    distinct,

	"ssl.cipher.suites":                            distinct,
	"ssl.enabled.protocols":                        distinct,
	"sasl.oauthbearer.expected.audience":           distinct,
	"sasl.login.refresh.window.factor":             config.Between(0.5, 1.0),
	"sasl.login.refresh.window.jitter":             config.Between(0.0, 0.25),
	"sasl.login.refresh.min.period.seconds":        config.Between[int16](0, 900),
	"sasl.login.refresh.buffer.seconds":            config.Between[int16](0, 3600),
	"sasl.oauthbearer.assertion.algorithm":         config.InIgnoreCase("ES256", "RS256"),
	"sasl.oauthbearer.assertion.claim.exp.seconds": config.Between[int32](0, 86400),
	"sasl.oauthbearer.assertion.claim.nbf.seconds": config.Between[int32](0, 3600),
	"config.properties.exclude":                    distinct,
	syncsLocationKey:                               config.In("source", "target"),
	"metric.names.formats":                         config.ListIn("legacy", "new"),
}

var distinct = config.AnyNonDuplicateValues(true, false)

// oneOf accepts the classes that there are here, alone or in a list.
func oneOf(classes ...string) config.Validator {
	known := strings.Join(classes, " and ")
	return config.Lambda(func(name string, value any) error {
		list, ok := value.([]string)
		if !ok {
			list = []string{fmt.Sprint(value)}
		}
		for _, c := range list {
			if !slices.Contains(classes, c) {
				return config.InvalidValue(name, c, "classes of Java cannot be loaded here; known are "+known)
			}
		}
		return nil
	}, known)
}

// sourceDef returns the keys of the source connector. Source: MirrorSourceConfig.CONNECTOR_CONFIG_DEF without the keys of
// every connector.
func sourceDef() *config.Def { return config.ParseTable(baseKeys+sourceKeys, validators) }

// sourceTaskDef adds those of task configs. Source: MirrorSourceTaskConfig.
func sourceTaskDef() *config.Def {
	return sourceDef().
		Define(config.Key{Name: assignedKey, Type: config.List, Required: true, Validator: config.AnyNonDuplicateValues(false, false),
			Importance: config.Low, Doc: "Topic-partitions assigned to this task to replicate."}).
		Define(config.Key{Name: taskIndexKey, Type: config.Int, Importance: config.Low, Doc: "The index of the task"})
}

// heartbeatDef returns the keys of the heartbeat connector. Source: MirrorHeartbeatConfig.
func heartbeatDef() *config.Def { return config.ParseTable(baseKeys+heartbeatKeys, validators) }
