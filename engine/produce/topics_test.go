package produce

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"

	"github.com/millrace/millrace/internal/java/regex"
)

func topics(t *testing.T, c *kfake.Cluster) *Topics {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RetryTimeout(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	re := func(s string) []Pattern {
		p, err := regex.Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		return []Pattern{p}
	}
	return &Topics{Client: cl, Logger: slog.New(slog.DiscardHandler), Groups: []TopicGroup{
		{Name: "a", Include: re("a(?!b).*+"), Exclude: re("ac.*"), Partitions: 3, ReplicationFactor: 1, Configs: map[string]string{"cleanup.policy": "compact"}},
		{Name: "default", Partitions: 2, ReplicationFactor: -1},
	}}
}

// TestTopics_FirstGroupThatTakesIt: exclusion wins, the default group takes the rest.
func TestTopics_FirstGroupThatTakesIt(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(7, "there"))
	tp := topics(t, c)
	for topic, partitions := range map[string]int{"a1": 3, "ab1": 2, "ac1": 2, "z": 2, "there": 7} {
		if err := tp.Ensure(t.Context(), topic); err != nil {
			t.Fatal(err)
		}
		if got := len(c.PartitionInfos(topic)); got != partitions {
			t.Errorf("%s has %d partitions, want %d", topic, got, partitions)
		}
	}
	if v := c.TopicInfo("a1").Configs["cleanup.policy"]; v == nil || *v != "compact" {
		t.Errorf("configs of a1: %v", c.TopicInfo("a1").Configs)
	}
}

// TestTopics_AskOnce: a topic that is known costs no request.
func TestTopics_AskOnce(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "there"))
	tp := topics(t, c)
	if err := tp.Ensure(t.Context(), "there"); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := tp.Ensure(t.Context(), "there"); err != nil {
		t.Errorf("asked again: %v", err)
	}
	var none *Topics
	if err := none.Ensure(t.Context(), "any"); err != nil {
		t.Errorf("topic creation is off: %v", err)
	}
}

func TestTopics_Errors(t *testing.T) {
	for _, c := range []struct {
		name      string
		fault     kfake.Fault
		want      string
		retriable bool
	}{
		{"not authorized", kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.TopicAuthorizationFailed},
			"Task failed to create new topic (name=a1, numPartitions=3, replicationFactor=1, replicasAssignments=null, configs={cleanup.policy=compact}). Ensure that the task is authorized to create topics or that the topic exists and restart the task", false},
		{"another was first", kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.TopicAlreadyExists}, "", false},
		{"policy", kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.PolicyViolation}, "Error while attempting to create/find topic(s) 'a1'", false},
		{"may not look", kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: "a1", Err: kerr.TopicAuthorizationFailed}, "Not authorized to describe topic(s) 'a1' on the brokers ", false},
		{"no answer", kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: "a1", Err: kerr.LeaderNotAvailable}, "Timed out while describing topics 'a1'", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := cluster(t)
			cl.Fault(c.fault)
			tp := topics(t, cl)
			err := tp.Ensure(t.Context(), "a1")
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if c.name == "may not look" {
				c.want += cl.ListenAddrs()[0]
			}
			if err == nil || connectors.IsRetriable(err) != c.retriable {
				t.Fatalf("%v, retriable %v", err, connectors.IsRetriable(err))
			}
			if got := text(err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// text is the text of the innermost error that has a Java class.
func text(err error) string {
	out := ""
	var e *connectors.Error
	for errors.As(err, &e) {
		out, err = e.Text, e.Err
	}
	return out
}

// TestTopicGroup_Text is NewTopic.toString, whose configs stand in the order of a HashMap.
func TestTopicGroup_Text(t *testing.T) {
	g := TopicGroup{Partitions: -1, ReplicationFactor: -1, Configs: map[string]string{
		"retention.ms": "1", "cleanup.policy": "compact", "segment.bytes": "2", "compression.type": "zstd"}}
	want := "(name=t, numPartitions=default, replicationFactor=default, replicasAssignments=null, configs={" + javaConfigs + "})"
	if got := g.text("t"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// javaConfigs is what Java 17 prints for that HashMap.
const javaConfigs = "compression.type=zstd, cleanup.policy=compact, retention.ms=1, segment.bytes=2"
