package mirror

import "testing"

// What Java's classes answer: it splits names as String.split does, which drops empty parts at the end.
func TestPolicy_NamesAsJava(t *testing.T) {
	custom := map[string]string{separatorKey: "--"}
	for _, c := range []struct {
		class           string
		props           map[string]string
		topic           string
		source, up      string
		copied          bool
		remote, syncsAt string
	}{
		{defaultPolicyClass, nil, "orders", "", "", false, "A.orders", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, nil, "B.orders", "B", "orders", true, "A.B.orders", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, nil, "B.C.orders", "B", "C.orders", true, "A.B.C.orders", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, nil, ".orders", "", "orders", true, "A..orders", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, nil, "orders.", "", "", false, "A.orders.", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, nil, "orders...", "", "", false, "A.orders...", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, nil, "B..orders", "B", ".orders", true, "A.B..orders", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, custom, "B.orders", "", "", false, "A--B.orders", "mm2-offset-syncs--A--internal"},
		{defaultPolicyClass, custom, "B--orders", "B", "orders", true, "A--B--orders", "mm2-offset-syncs--A--internal"},
		{defaultPolicyClass, map[string]string{separatorKey: "--", internalSeparatorKey: "false"}, "x", "", "", false, "A--x", "mm2-offset-syncs.A.internal"},
		{defaultPolicyClass, map[string]string{internalSeparatorKey: "false"}, "x", "", "", false, "A.x", "mm2-offset-syncs.A.internal"},
		{identityPolicyClass, map[string]string{sourceAliasKey: "S"}, "B.orders", "S", "B.orders", true, "B.orders", "mm2-offset-syncs.A.internal"},
		{identityPolicyClass, map[string]string{sourceAliasKey: "S"}, "heartbeats", "", "", false, "A.heartbeats", "mm2-offset-syncs.A.internal"},
		{identityPolicyClass, map[string]string{sourceAliasKey: "S"}, "B.heartbeats", "B", "heartbeats", true, "A.B.heartbeats", "mm2-offset-syncs.A.internal"},
	} {
		p := newPolicy(c.class, c.props)
		source, ok := p.sourceOf(c.topic)
		up, upOK := p.upstream(c.topic)
		if source != c.source || up != c.up || ok != c.copied || upOK != c.copied {
			t.Errorf("%q with %v: from %q, %q upstream, %t", c.topic, c.props, source, up, ok)
		}
		if got := p.remote("A", c.topic); got != c.remote {
			t.Errorf("%q with %v: remote %q, want %q", c.topic, c.props, got, c.remote)
		}
		if got := p.offsetSyncs("A"); got != c.syncsAt {
			t.Errorf("%v: offset syncs in %q, want %q", c.props, got, c.syncsAt)
		}
	}
}

func TestTopicFilter(t *testing.T) {
	props := map[string]string{sourceAliasKey: "A", targetAliasKey: "B", topicsKey: "orders,ev.*", topicsExcludeKey: "ev.*-old, .*\\.replica"}
	s, err := parse(sourceDef(), props)
	if err != nil {
		t.Fatal(err)
	}
	f, err := newTopicFilter(s)
	if err != nil {
		t.Fatal(err)
	}
	for topic, want := range map[string]bool{
		"orders": true, "orders2": false, "events": true, "events-old": false, "heartbeats": true, "C.heartbeats": true,
		"B.heartbeats": false, "C.B.events": false, "events.replica": false, "mm2-configs.A.internal": false, "A.checkpoints.internal": false,
		"__consumer_offsets": false, ".orders": false,
	} {
		if got, err := f.takes(topic); got != want || err != nil {
			t.Errorf("%s: %t, %v", topic, got, err)
		}
	}
}

func TestTopicFilter_RefusesWhatIsNoExpression(t *testing.T) {
	s, err := parse(sourceDef(), map[string]string{sourceAliasKey: "A", topicsKey: "a(,b"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newTopicFilter(s); err == nil {
		t.Error("taken")
	}
}
