package mirror

import (
	"strings"
	"unicode/utf8"
)

const heartbeatsTopic = "heartbeats"

// policy names topics of the source cluster on the target. Source: DefaultReplicationPolicy, IdentityReplicationPolicy.
type policy struct {
	separator string
	internal  string // separator in the names of internal topics
	identity  bool   // names stay as they are, but those of heartbeats
	source    string // the one source of all topics, with identity
	known     bool   // source is set
}

// newPolicy returns the policy of a class. A separator counts as such only where the config names one, as in Java.
func newPolicy(class string, props map[string]string) policy {
	p := policy{separator: ".", internal: "."}
	if s, ok := props[separatorKey]; ok {
		p.separator, p.internal = s, s
		if on, ok := props[internalSeparatorKey]; ok && !strings.EqualFold(on, "true") {
			p.internal = "."
		}
	}
	p.identity = class == identityPolicyClass
	p.source, p.known = props[sourceAliasKey]
	return p
}

// keepsName reports whether a topic has the same name on both sides.
func (p *policy) keepsName(topic string) bool {
	return p.identity && !strings.HasSuffix(topic, heartbeatsTopic)
}

// remote returns the name that a topic of a cluster has on the target.
func (p *policy) remote(alias, topic string) string {
	if p.keepsName(topic) {
		return topic
	}
	return alias + p.separator + topic
}

// sourceOf returns the cluster that a topic was copied from; ok is false for a topic that was not.
func (p *policy) sourceOf(topic string) (alias string, ok bool) {
	if p.keepsName(topic) {
		return p.source, p.known
	}
	// Java splits and drops empty parts at the end: what has separators alone behind the first is no copy.
	if p.separator == "" {
		_, n := utf8.DecodeRuneInString(topic)
		return topic[:n], n < len(topic)
	}
	alias, rest, ok := strings.Cut(topic, p.separator)
	if !ok || strings.ReplaceAll(rest, p.separator, "") == "" {
		return "", false
	}
	return alias, true
}

// upstream returns the name that a copy has at its source; ok is false for a topic that is none.
func (p *policy) upstream(topic string) (name string, ok bool) {
	if p.keepsName(topic) {
		return topic, true
	}
	alias, ok := p.sourceOf(topic)
	if !ok {
		return "", false
	}
	return topic[len(alias)+len(p.separator):], true
}

// original returns the name that a topic had before its first copy.
func (p *policy) original(topic string) string {
	for {
		up, ok := p.upstream(topic)
		if !ok || up == topic {
			return topic
		}
		topic = up
	}
}

func (p *policy) isHeartbeats(topic string) bool { return p.original(topic) == heartbeatsTopic }

// offsetSyncs returns the name of the topic of offset syncs; alias is that of the other cluster.
func (p *policy) offsetSyncs(alias string) string {
	return "mm2-offset-syncs" + p.internal + alias + p.internal + "internal"
}

// checkpoints returns the name of the topic of checkpoints of a source cluster.
func (p *policy) checkpoints(alias string) string { return alias + p.checkpointsSuffix() }

func (p *policy) checkpointsSuffix() string {
	return p.internal + "checkpoints" + p.internal + "internal"
}

// isInternal reports whether a topic is Kafka's or ours.
func (p *policy) isInternal(topic string) bool {
	return strings.HasPrefix(topic, "__") || strings.HasPrefix(topic, ".") ||
		strings.HasPrefix(topic, "mm2") && strings.HasSuffix(topic, p.internal+"internal") ||
		strings.HasSuffix(topic, p.checkpointsSuffix())
}

// isCycle reports whether a topic of the source came from the target, over whatever clusters.
// Source: MirrorSourceConnector.isCycle.
func (p *policy) isCycle(topic, target string) bool {
	for {
		alias, ok := p.sourceOf(topic)
		if !ok {
			return false
		}
		if alias == target {
			return true
		}
		up, ok := p.upstream(topic)
		if !ok || up == topic {
			return false
		}
		topic = up
	}
}
