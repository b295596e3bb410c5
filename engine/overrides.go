package engine

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/millrace/millrace/config"
)

// Prefixes of client settings in connector configs.
const (
	producerOverride = "producer.override."
	consumerOverride = "consumer.override."
	adminOverride    = "admin.override."
)

// overridePolicy says which client settings a connector may change.
// Source: ConnectorClientConfigOverridePolicy and its four classes.
type overridePolicy struct {
	name  string
	allow func(key string) bool
}

// principalKeys are what the Principal policy lets through.
var principalKeys = []string{"sasl.jaas.config", "sasl.mechanism", "security.protocol"}

const (
	policyKey = "connector.client.config.override.policy"
	// restSecurityKey is the REST server's. Where it is strict, callers of the API may not be trusted with all
	// settings of clients either: these say whom the worker connects to, and which files it reads for that.
	restSecurityKey, restStrict = "millrace.rest.security", "strict"
)

// policyName is the policy of a worker: what its key says, without one All as in Java, in strict mode
// Allowlist.
func policyName(worker map[string]string, said string) string {
	if _, ok := worker[policyKey]; !ok && worker[restSecurityKey] == restStrict {
		return "Allowlist"
	}
	return said
}

// newOverridePolicy finds the policy that a worker names, by class name, simple name or short name.
func newOverridePolicy(name string, allowlist []string) (overridePolicy, error) {
	simple := strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "ConnectorClientConfigOverridePolicy")
	switch strings.ToLower(simple) {
	case "all":
		return overridePolicy{"All", func(string) bool { return true }}, nil
	case "none":
		return overridePolicy{"None", func(string) bool { return false }}, nil
	case "principal":
		return overridePolicy{"Principal", func(k string) bool { return slices.Contains(principalKeys, k) }}, nil
	case "allowlist":
		return overridePolicy{"Allowlist", func(k string) bool { return slices.Contains(allowlist, k) }}, nil
	}
	return overridePolicy{}, config.InvalidValue(policyKey, name, "Class "+name+" could not be found.")
}

// refusal returns what Java says of a key that may not be overridden, "" where it may.
func (p overridePolicy) refusal(key string) string {
	if p.allow(key) {
		return ""
	}
	return fmt.Sprintf("The '%s' policy does not allow '%s' to be overridden in the connector configuration.", p.name, key)
}

// check returns the overrides behind prefix, or the refusal of the first key that may not be there.
// Source: Worker.connectorClientConfigOverrides.
func (p overridePolicy) check(props map[string]string, prefix string) (map[string]string, error) {
	over := config.WithPrefix(props, prefix)
	keys := make([]string, 0, len(over))
	for k := range over {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var refused []string
	for _, k := range keys {
		if r := p.refusal(k); r != "" {
			refused = append(refused, fmt.Sprintf("[%s,%s,[],[%s],true]", k, config.MaskProps(over)[k], r))
		}
	}
	if len(refused) > 0 {
		return nil, connectException("Client Config Overrides not allowed [" + strings.Join(refused, ", ") + "]")
	}
	return over, nil
}
