package mirror

import (
	"maps"
	"strings"
	"testing"
)

// Later prefixes win, and of what is set for a cluster addresses and security count.
func TestSettings_Clients(t *testing.T) {
	s, err := parse(sourceDef(), map[string]string{
		"name": "m", sourceAliasKey: "A", targetAliasKey: "B",
		"source.cluster.bootstrap.servers": "a:1", "source.cluster.security.protocol": "SSL", "source.cluster.fetch.min.bytes": "9",
		"target.cluster.bootstrap.servers": "b:1", "target.cluster.sasl.mechanism": "PLAIN",
		"consumer.fetch.min.bytes": "1", "consumer.client.rack": "r", "source.consumer.fetch.min.bytes": "2",
		"producer.linger.ms": "3", "target.producer.client.id": "mine", "admin.retries": "4",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		got, want map[string]string
	}{
		{s.client(sourceCluster, consumerClient, "role"), map[string]string{"bootstrap.servers": "a:1", "security.protocol": "SSL",
			"fetch.min.bytes": "2", "client.rack": "r", "client.id": "A->B|m|role"}},
		{s.client(targetCluster, producerClient, "role"), map[string]string{"bootstrap.servers": "b:1", "sasl.mechanism": "PLAIN", "linger.ms": "3", "client.id": "mine|A->B|m|role"}},
		{s.client(targetCluster, adminClient, "role"), map[string]string{"bootstrap.servers": "b:1", "sasl.mechanism": "PLAIN", "retries": "4", "client.id": "A->B|m|role"}},
	} {
		if !maps.Equal(c.got, c.want) {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
}

// Classes of Java, other than those whose behaviour is here, are refused by name.
func TestSettings_Refusals(t *testing.T) {
	for _, c := range [][3]string{
		{policyKey, "com.example.Policy", "classes of Java cannot be loaded here"},
		{topicFilterKey, "com.example.Filter", "classes of Java cannot be loaded here"},
		{forwardingAdminKey, "com.example.Admin", "classes of Java cannot be loaded here"},
		{reportersKey, reporterClass + ",com.example.Reporter", "Invalid value com.example.Reporter"},
		{syncsLocationKey, "elsewhere", "String must be one of: source, target"},
		{"sasl.login.refresh.window.factor", "0.1", "Value must be at least 0.5"},
		{replicationFactorKey, "many", "Not a number of type INT"},
	} {
		_, err := parse(sourceDef(), map[string]string{sourceAliasKey: "A", c[0]: c[1]})
		if err == nil || !strings.Contains(err.Error(), c[0]) || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s=%s: %v, want %s", c[0], c[1], err, c[2])
		}
	}
	if _, err := parse(sourceDef(), nil); err == nil || err.Error() != `Missing required configuration "source.cluster.alias" which has no default value.` {
		t.Error(err)
	}
}

func TestConsumerOptions_Refusals(t *testing.T) {
	for key, value := range map[string]string{"auto.offset.reset": "by_duration:P1D", "isolation.level": "x", "fetch.max.bytes": "-1"} {
		if _, _, _, err := consumerOptions(map[string]string{key: value}); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%s: %v", key, value, err)
		}
	}
}

// A validator in Java's place: exactly.once.support and the keys of offset syncs are checked together with others.
func TestSourceConnector_ValidatesTogether(t *testing.T) {
	c := &sourceConnector{def: sourceDef()}
	base := map[string]string{sourceAliasKey: "A"}
	for _, x := range []struct {
		more map[string]string
		key  string // with an error
	}{
		{map[string]string{}, ""},
		{map[string]string{"exactly.once.support": "required"}, "exactly.once.support"},
		{map[string]string{"exactly.once.support": "required", "consumer.isolation.level": "read_committed"}, ""},
		{map[string]string{emitSyncsKey: "false"}, ""},
		{map[string]string{emitSyncsKey: "false", syncsFactorKey: "1"}, emitSyncsKey},
	} {
		props := maps.Clone(base)
		maps.Copy(props, x.more)
		values, err := c.Validate(t.Context(), props)
		if err != nil {
			t.Fatal(err)
		}
		bad := ""
		for _, v := range values {
			if len(v.Errors) > 0 {
				bad += v.Name
			}
		}
		if bad != x.key {
			t.Errorf("%v: errors at %q, want %q", x.more, bad, x.key)
		}
		if want := x.more["consumer.isolation.level"] != ""; c.ExactlyOnceSupport(props) != want {
			t.Errorf("%v: exactly-once support is %t", x.more, !want)
		}
	}
}
