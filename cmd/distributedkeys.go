package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/internal/exactlyonce"
)

// distributedDef returns the keys of a worker in a cluster, most of those of its Kafka clients left out.
// Source: DistributedConfig.
func distributedDef() *config.Def {
	d := config.NewDef()
	for _, k := range standaloneDef().Keys() {
		if k.Name != offsetsFileKey {
			d.Define(k)
		}
	}
	for _, keys := range [][]config.Key{groupKeys(), store.Def().Keys(), signatureKeys(), memberKeys(), clusterKeys()} {
		for _, k := range keys {
			d.Define(k)
		}
	}
	return d
}

// groupKeys are those of the membership.
func groupKeys() []config.Key {
	return []config.Key{
		{Name: "group.id", Type: config.String, Required: true, Importance: config.High,
			Doc: "A unique string that identifies the Connect cluster group this worker belongs to."},
		{Name: "session.timeout.ms", Type: config.Int, Default: "10000", Importance: config.High,
			Doc: "The timeout used to detect worker failures. The worker sends periodic heartbeats to indicate its liveness to the broker. If no heartbeats are received by the broker before the expiration of this session timeout, then the broker will remove the worker from the group and initiate a rebalance. Note that the value must be in the allowable range as configured in the broker configuration by <code>group.min.session.timeout.ms</code> and <code>group.max.session.timeout.ms</code>."},
		{Name: "rebalance.timeout.ms", Type: config.Int, Default: "60000", Importance: config.High,
			Doc: "The maximum allowed time for each worker to join the group once a rebalance has begun. This is basically a limit on the amount of time needed for all tasks to flush any pending data and commit offsets. If the timeout is exceeded, then the worker will be removed from the group, which will cause offset commit failures."},
		{Name: "heartbeat.interval.ms", Type: config.Int, Default: "3000", Importance: config.High,
			Doc: "The expected time between heartbeats to the group coordinator when using Kafka's group management facilities. Heartbeats are used to ensure that the worker's session stays active and to facilitate rebalancing when new members join or leave the group. The value must be set lower than <code>session.timeout.ms</code>, but typically should be set no higher than 1/3 of that value. It can be adjusted even lower to control the expected time for normal rebalances."},
		{Name: exactlyonce.Key, Type: config.String, Default: "disabled", Validator: config.InIgnoreCase("disabled", "preparing", "enabled"), Importance: config.High,
			Doc: "Whether to enable exactly-once support for source connectors in the cluster by using transactions to write source records and their source offsets, and by proactively fencing out old task generations before bringing up new ones.\nTo enable exactly-once source support on a new cluster, set this property to 'enabled'. To enable support on an existing cluster, first set to 'preparing' on every worker in the cluster, then set to 'enabled'. A rolling upgrade may be used for both changes. For more information on this feature, see the <a href=\"https://kafka.apache.org/documentation.html#connect_exactlyoncesource\">exactly-once source support documentation</a>."},
		{Name: "worker.sync.timeout.ms", Type: config.Int, Default: "3000", Importance: config.Medium,
			Doc: "When the worker is out of sync with other workers and needs to resynchronize configurations, wait up to this amount of time before giving up, leaving the group, and waiting a backoff period before rejoining."},
		{Name: "worker.unsync.backoff.ms", Type: config.Int, Default: "300000", Importance: config.Medium,
			Doc: "When the worker is out of sync with other workers and  fails to catch up within the <code>worker.sync.timeout.ms</code>, leave the Connect cluster for this long before rejoining."},
		{Name: "connect.protocol", Type: config.String, Default: group.Sessioned.String(), Importance: config.Low, Validator: config.Lambda(func(name string, value any) error {
			if _, err := group.ParseProtocol(value.(string)); err != nil {
				return config.InvalidValue(name, value, "Invalid Connect protocol compatibility")
			}
			return nil
		}, "[eager, compatible, sessioned]"),
			Doc: "Compatibility mode for Kafka Connect Protocol"},
		{Name: "scheduled.rebalance.max.delay.ms", Type: config.Int, Default: "300000", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The maximum delay that is scheduled in order to wait for the return of one or more departed workers before rebalancing and reassigning their connectors and tasks to the group. During this period the connectors and tasks of the departed workers remain unassigned"},
	}
}

// signatureKeys are those of requests that workers send one another.
func signatureKeys() []config.Key {
	algorithm := func(kind string) config.Validator {
		return config.Lambda(func(name string, value any) error { return knownAlgorithms(name, value.(string)) },
			"Any "+kind+" algorithm supported by the worker JVM")
	}
	return []config.Key{
		{Name: "inter.worker.key.ttl.ms", Type: config.Int, Default: "3600000", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The TTL of generated session keys used for internal request validation (in milliseconds)"},
		{Name: "inter.worker.key.generation.algorithm", Type: config.String, Default: "HmacSHA256", Validator: algorithm("KeyGenerator"), Importance: config.Low,
			Doc: "The algorithm to use for generating internal request keys. The algorithm 'HmacSHA256' will be used as a default on JVMs that support it; on other JVMs, no default is used and a value for this property must be manually specified in the worker config."},
		{Name: "inter.worker.key.size", Type: config.Int, Importance: config.Low,
			Doc: "The size of the key to use for signing internal requests, in bits. If null, the default key size for the key generation algorithm will be used."},
		{Name: signatureKey, Type: config.String, Default: "HmacSHA256", Validator: algorithm("MAC"), Importance: config.Low,
			Doc: "The algorithm used to sign internal requests. The algorithm 'HmacSHA256' will be used as a default on JVMs that support it; on other JVMs, no default is used and a value for this property must be manually specified in the worker config."},
		{Name: verificationKey, Type: config.List, Default: "HmacSHA256", Importance: config.Low, Validator: config.Lambda(func(name string, value any) error {
			list := value.([]string)
			if len(list) == 0 {
				return config.InvalidValue(name, list, "At least one signature verification algorithm must be provided")
			}
			return knownAlgorithms(name, list...)
		}, "A list of one or more MAC algorithms, each supported by the worker JVM"),
			Doc: "A list of permitted algorithms for verifying internal requests, which must include the algorithm used for the <code>inter.worker.signature.algorithm</code> property. The algorithm(s) '[HmacSHA256]' will be used as a default on JVMs that provide them; on other JVMs, no default is used and a value for this property must be manually specified in the worker config."},
	}
}

// memberKeys are those of clients whose defaults are others for the group member.
func memberKeys() []config.Key {
	own := map[string]string{
		"client.id": "", "request.timeout.ms": "40000", "connections.max.idle.ms": "540000",
		"send.buffer.bytes": "131072", "receive.buffer.bytes": "32768", "retry.backoff.ms": "100", "retry.backoff.max.ms": "1000",
	}
	var out []config.Key
	for _, k := range clientKeys() {
		if d, ok := own[k.Name]; ok {
			k.Default = d
			out = append(out, k)
		}
	}
	return out
}

// clusterKeys are those that Java does not have.
func clusterKeys() []config.Key {
	return []config.Key{
		{Name: cleanLeaveKey, Type: config.Boolean, Default: "false", Importance: config.Low,
			Doc: "Whether connectors and tasks of a worker that stopped cleanly are given to other workers at once when this worker leads the group. Java waits for the worker to come back, for at most scheduled.rebalance.max.delay.ms."},
		{Name: joinAnywayKey, Type: config.Boolean, Default: "false", Importance: config.Low,
			Doc: "Whether the worker joins a cluster that has connectors which cannot run here: their classes, or those of their transforms, predicates or converters, are no part of this program. What it is given of them is FAILED. Without it the worker does not start then, and says what is missing."},
	}
}

// The names that more than one place knows.
const (
	offsetsFileKey  = "offset.storage.file.filename"
	signatureKey    = "inter.worker.signature.algorithm"
	verificationKey = "inter.worker.verification.algorithms"
	cleanLeaveKey   = ownPrefix + "rebalance.clean.leave"
)

func knownAlgorithms(key string, names ...string) error {
	for _, name := range names {
		if !group.KnownAlgorithm(name) {
			return config.InvalidValue(key, name, "the algorithm is not supported by this JVM; the supported algorithms are: ["+strings.Join(group.Algorithms(), ", ")+"]")
		}
	}
	return nil
}

// refuseDistributedKeys refuses values that do not go together, or cannot be had here.
// Source: DistributedConfig.validateInterWorkerKeyConfigs.
func refuseDistributedKeys(v *config.Values) error {
	if beat, session := v.Int32("heartbeat.interval.ms"), v.Int32("session.timeout.ms"); beat >= session {
		return config.InvalidValue("heartbeat.interval.ms", beat, fmt.Sprintf("must be set lower than the session timeout (%d)", session))
	}
	if err := keyPolicy(v).Validate(); err != nil {
		return config.NewException("inter.worker.key.size", err.Error())
	}
	if algorithm := v.String(signatureKey); !slices.Contains(v.List(verificationKey), algorithm) {
		return config.InvalidValue(signatureKey, algorithm, "Signature algorithm must be present in "+verificationKey+" list")
	}
	return nil
}
