package engine_test

import (
	"strings"
	"testing"
)

func TestOffsetTopic_OfASource(t *testing.T) {
	w := member(t, sourceOf(&fakeConnector{}), "bootstrap.servers=worker:1", "producer.linger.ms=7", "consumer.client.rack=r", "admin.retries=3", "ssl.x=y",
		"connector.client.config.override.policy=Allowlist", "connector.client.config.override.allowlist=bootstrap.servers")
	got, err := w.OffsetTopic(t.Context(), "k", pairs("offsets.storage.topic= own ", "producer.override.bootstrap.servers=own:1"))
	if err != nil {
		t.Fatal(err)
	}
	for what, is := range map[string]string{
		"name": got.Name, "producer": got.Producer["bootstrap.servers"] + " " + got.Producer["linger.ms"] + " " + got.Producer["client.id"],
		"consumer": got.Consumer["bootstrap.servers"] + " " + got.Consumer["client.rack"] + " " + got.Consumer["client.id"],
		"admin":    got.Admin["bootstrap.servers"] + " " + got.Admin["retries"] + got.Admin["ssl.x"] + " " + got.Admin["client.id"],
	} {
		want := map[string]string{
			"name": "own", "producer": "own:1 7 connector-producer-k", "consumer": "worker:1 r connector-consumer-k", "admin": "worker:1 3y connector-adminclient-k",
		}[what]
		if is != want {
			t.Errorf("%s: %q, want %q", what, is, want)
		}
	}
	_, err = w.OffsetTopic(t.Context(), "k", pairs("offsets.storage.topic=own", "admin.override.acks=1"))
	if err == nil || !strings.Contains(err.Error(), "acks") {
		t.Errorf("refused by the policy: %v", err)
	}
	for _, props := range []map[string]string{pairs("file=f"), pairs("offsets.storage.topic= ")} {
		if got, err := w.OffsetTopic(t.Context(), "k", props); err != nil || got.Name != "" {
			t.Errorf("%v: %v, %v", props, got, err)
		}
	}
	broken := withProvider(t, hanging{})
	if got, err := broken.OffsetTopic(t.Context(), "k", pairs("offsets.storage.topic=${p:x:k}")); err == nil {
		t.Errorf("a provider that panics: %v", got)
	}
}
