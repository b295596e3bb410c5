package signal

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka/embedded"
)

// TestKafka reads signals of a topic, those of other connectors left out, and goes on where the group has committed.
func TestKafka(t *testing.T) {
	b, err := embedded.Start(embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	producer, err := kgo.NewClient(kgo.SeedBrokers(b.Bootstrap()), kgo.AllowAutoTopicCreation())
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	send := func(key, value string) {
		t.Helper()
		if err := producer.ProduceSync(t.Context(), &kgo.Record{Topic: "shop-signal", Key: []byte(key), Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	s := &Settings{Topic: "shop-signal", Group: "kafka-signal", Every: time.Nanosecond, prefix: "shop", consumer: map[string]string{"bootstrap.servers": b.Bootstrap()}}
	read := func(want ...string) {
		t.Helper()
		c, err := s.Open(slog.New(slog.NewTextHandler(t.Output(), nil)))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for deadline := time.Now().Add(time.Minute); len(got) < len(want) && time.Now().Before(deadline); {
			for _, one := range c.Read(t.Context(), time.Now()) {
				got = append(got, one.ID+" "+one.Type+" "+one.Data)
			}
			<-time.After(time.Millisecond) // between looks, not for a result
		}
		c.Commit(t.Context())
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	send("other", `{"id":"0","type":"log","data":{}}`)
	send("shop", "no")
	send("shop", `{"id":"0","data":{}}`)
	send("shop", `{"id":"1","type":"log","data":{"message":"a"}}`)
	read(`1 log {"message":"a"}`)
	send("shop", `{"id":"2","type":"stop-snapshot","data":{}}`)
	read("2 stop-snapshot {}")
}

func TestKafka_UnknownServer(t *testing.T) {
	s := &Settings{Topic: "t", consumer: map[string]string{"bootstrap.servers": "k:1", "security.protocol": "NONE"}}
	if _, err := s.Open(slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "signal.consumer") {
		t.Errorf("%v", err)
	}
}
