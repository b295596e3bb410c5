package mirror

import (
	"strings"
	"time"

	"github.com/millrace/millrace/config"
)

// settings are what all connectors of this package are configured with. Source: MirrorConnectorConfig.
type settings struct {
	values *config.Values
	props  map[string]string
	def    *config.Def

	source, target string // aliases of the clusters
	policy         policy
	adminTimeout   time.Duration
	label          string // A->B|name, of tasks with -index behind
}

// parse reads a config. Errors: *config.ConfigException.
func parse(def *config.Def, props map[string]string) (*settings, error) {
	v, err := def.Parse(props)
	if err != nil {
		return nil, err
	}
	s := &settings{
		values: v, props: v.Originals(), def: def,
		source: v.String(sourceAliasKey), target: v.String(targetAliasKey),
		adminTimeout: time.Duration(v.Int64(adminTimeoutKey)) * time.Millisecond,
	}
	s.policy = newPolicy(v.Class(policyKey), s.props)
	s.label = s.source + "->" + s.target + "|" + props["name"]
	return s, nil
}

// every is how often something is done that has the keys .enabled and .interval.seconds; negative: not at all.
func (s *settings) every(what string) time.Duration {
	if !s.values.Bool(what + ".enabled") {
		return -1
	}
	return time.Duration(s.values.Int64(what+".interval.seconds")) * time.Second
}

// checkIntervals refuses intervals of zero. Source: ScheduledThreadPoolExecutor.scheduleAtFixedRate, which throws at them.
func (s *settings) checkIntervals(all ...string) error {
	for _, what := range all {
		if s.every(what) == 0 {
			return config.InvalidValue(what+".interval.seconds", s.values.Int64(what+".interval.seconds"), "an interval must be longer than nothing; "+what+".enabled=false turns it off")
		}
	}
	return nil
}

// A cluster is what stands before the keys of its clients.
type cluster string

// The clusters.
const (
	sourceCluster cluster = "source."
	targetCluster cluster = "target."
)

// A clientKind is what stands before the keys of one kind of client.
type clientKind string

// The kinds.
const (
	adminClient    clientKind = "admin."
	consumerClient clientKind = "consumer."
	producerClient clientKind = "producer."
)

// client returns Java client properties of a client for a role: those of the cluster (source.cluster.*, of which addresses and
// security count), of the kind (consumer.*), of the kind at the cluster (source.consumer.*); later ones win. The role is part
// of client.id. Source: MirrorConnectorConfig.sourceConsumerConfig and its like.
func (s *settings) client(c cluster, k clientKind, role string) map[string]string {
	out := clientOf(s.def, s.props, c, k)
	id := s.label + "|" + role
	if own, ok := out["client.id"]; ok {
		id = own + "|" + id
	}
	out["client.id"] = id
	return out
}

func clientOf(def *config.Def, props map[string]string, c cluster, k clientKind) map[string]string {
	out := map[string]string{}
	for key, v := range config.WithPrefix(props, string(c)+"cluster.") {
		if clientKey(def, key) {
			out[key] = v
		}
	}
	for _, prefix := range []string{string(k), string(c) + string(k)} {
		for key, v := range config.WithPrefix(props, prefix) {
			out[key] = v
		}
	}
	return out
}

// clientKey reports whether source.cluster. and target.cluster. may stand before a key. Source: MirrorClientConfig.CLIENT_CONFIG_DEF.
func clientKey(def *config.Def, key string) bool {
	if key == "bootstrap.servers" || key == "security.protocol" {
		return true
	}
	_, known := def.Key(key)
	return known && (strings.HasPrefix(key, "ssl.") || strings.HasPrefix(key, "sasl."))
}
