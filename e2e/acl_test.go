//go:build e2e || soak

package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/e2e/harness"
)

// right is something that a user may be allowed.
type right struct {
	op       kadm.ACLOperation
	resource string // topic, group, transactional-id or cluster
	name     string // of a topic or group; * stands for the cell's own: the topic, the group of its sink
}

// deniedCell is a connector whose user lacks a right, and what comes of it.
type deniedCell struct {
	name    string
	source  bool
	missing bool // the topic does not exist
	config  harness.Properties
	lacks   []right
	chain   []string // simple names of the classes in the trace of its task; the original has the first of them
	says    []string // in our trace; $T topic, $G group, $U user
	soak    bool     // left out in short runs
}

const stringConverter = "org.apache.kafka.connect.storage.StringConverter"

// needs is all that connectors need of the cluster.
func (c deniedCell) needs() []right {
	return []right{
		{kadm.OpDescribe, "topic", "*"}, {kadm.OpWrite, "topic", "*"}, {kadm.OpRead, "topic", "*"}, {kadm.OpCreate, "topic", "*"},
		{kadm.OpRead, "group", "*"},
		{kadm.OpDescribe, "topic", "*-dead"}, {kadm.OpWrite, "topic", "*-dead"}, {kadm.OpCreate, "topic", "*-dead"},
	}
}

var deniedCells = []deniedCell{
	{
		name: "write", source: true, lacks: []right{{kadm.OpWrite, "topic", "*"}},
		chain: []string{"ConnectException", "TopicAuthorizationException"},
		says:  []string{"Unrecoverable exception from producer send callback", "Not authorized to access topics: [$T]", "User:$U needs Write on topic $T"},
	},
	{
		name: "describe-written", source: true, soak: true,
		lacks: []right{{kadm.OpDescribe, "topic", "*"}, {kadm.OpWrite, "topic", "*"}, {kadm.OpRead, "topic", "*"}},
		chain: []string{"ConnectException", "TopicAuthorizationException"},
		says:  []string{"Not authorized to access topics: [$T]", "User:$U needs Write on topic $T"},
	},
	{
		name: "create", source: true, missing: true, lacks: []right{{kadm.OpCreate, "topic", "*"}},
		config: harness.Properties{"topic.creation.default.replication.factor": "1", "topic.creation.default.partitions": "1"},
		chain:  []string{"ConnectException", "TopicAuthorizationException"},
		says:   []string{"Task failed to create new topic (name=$T,", "User:$U needs Create on topic $T"},
	},
	{
		name: "read", lacks: []right{{kadm.OpRead, "topic", "*"}},
		chain: []string{"TopicAuthorizationException"},
		says:  []string{"Not authorized to access topics: [$T]", "User:$U needs Read on topic $T"},
	},
	{
		name: "describe-read", soak: true,
		lacks: []right{{kadm.OpDescribe, "topic", "*"}, {kadm.OpWrite, "topic", "*"}, {kadm.OpRead, "topic", "*"}},
		chain: []string{"TopicAuthorizationException"},
		says:  []string{"Not authorized to access topics: [$T]", "User:$U needs Read on topic $T"},
	},
	{
		name: "group", lacks: []right{{kadm.OpRead, "group", "*"}},
		chain: []string{"GroupAuthorizationException"},
		says:  []string{"Not authorized to access group: $G", "User:$U needs Read on group $G"},
	},
	{
		name: "dead-create", lacks: []right{{kadm.OpCreate, "topic", "*-dead"}},
		config: harness.Properties{"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "$T-dead", "errors.deadletterqueue.topic.replication.factor": "1"},
		chain:  []string{"ConnectException", "TopicAuthorizationException"},
		says:   []string{"Could not initialize dead letter queue with topic=$T-dead", "User:$U needs Create on topic $T-dead"},
	},
}

// aclBroker is a broker with a listener where users u0, u1, … log in, who have what they were granted and nothing else.
type aclBroker struct {
	*harness.Broker
	kafka   *harness.Kafka
	address string
}

func startACL(t *testing.T, users int) *aclBroker {
	t.Helper()
	port, err := suite.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	b := &aclBroker{address: fmt.Sprintf("127.0.0.1:%d", port)}
	plain := plainModule + " required user_root=root"
	for i := range users {
		plain += fmt.Sprintf(" user_u%d=pw", i)
	}
	b.Broker = suite.StartBroker(t, harness.Properties{
		"listeners":                                   "PLAINTEXT://$client,LOGIN://" + b.address + ",CONTROLLER://$controller",
		"advertised.listeners":                        "PLAINTEXT://$client,LOGIN://" + b.address,
		"listener.security.protocol.map":              "PLAINTEXT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
		"inter.broker.listener.name":                  "PLAINTEXT",
		"listener.name.login.sasl.enabled.mechanisms": "PLAIN",
		"listener.name.login.plain.sasl.jaas.config":  plain + ";",
		"authorizer.class.name":                       "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"super.users":                                 "User:ANONYMOUS;User:root",
		"auto.create.topics.enable":                   "false",
	}, "what becomes of missing rights")
	b.kafka = harness.NewKafka(t, b.Bootstrap)
	return b
}

// login are the keys of a client that logs in as a user.
func (b *aclBroker) login(prefix, user, password string) harness.Properties {
	return harness.Properties{
		prefix + "security.protocol": "SASL_PLAINTEXT", prefix + "sasl.mechanism": "PLAIN",
		prefix + "sasl.jaas.config": fmt.Sprintf("%s required username=%q password=%q;", plainModule, user, password),
	}
}

// grant allows a user rights, whose names are those of the cell on topic and group.
func (b *aclBroker) grant(t *testing.T, user, topic, group string, rights []right) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), securedMax)
	defer cancel()
	for _, r := range rights {
		acl := kadm.NewACLs().Allow("User:" + user).AllowHosts().Operations(r.op).ResourcePatternType(kadm.ACLPatternLiteral)
		switch r.resource {
		case "topic":
			acl.Topics(strings.Replace(r.name, "*", topic, 1))
		case "group":
			acl.Groups(strings.Replace(r.name, "*", group, 1))
		case "transactional-id":
			acl.TransactionalIDs(r.name)
		case "cluster":
			acl.Clusters()
		}
		if _, err := b.kafka.Admin().CreateACLs(ctx, acl); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDenied lets connectors lack a right each: their tasks fail as the original's do, and the trace says who needs
// what.
func TestDenied(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	b := startACL(t, len(deniedCells))
	sides := []harness.Side{harness.Millrace}
	if allCells {
		sides = append(sides, harness.Java)
	}
	for _, side := range sides {
		t.Run(string(side), func(t *testing.T) { b.deny(t, side) })
	}
}

// deny runs the cells in a worker of one side.
func (b *aclBroker) deny(t *testing.T, side harness.Side) {
	t.Helper()
	cluster := suite.NewCluster(t, b.Bootstrap, b.login("", "root", "root").With(harness.Properties{"bootstrap.servers": b.address}).
		With(b.login("producer.", "root", "root")).With(b.login("consumer.", "root", "root")).With(b.login("admin.", "root", "root")))
	dir := t.TempDir()
	w := cluster.Add(side, harness.WorkerConfig{Dir: dir})
	w.StartReady(t)
	input := dir + "/in.txt"
	if err := os.WriteFile(input, []byte("a line\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, c := range deniedCells {
		if c.soak && !allCells {
			continue
		}
		user, topic := fmt.Sprintf("u%d", i), harness.Unique(t, c.name)
		group := "connect-" + topic
		if !c.missing {
			b.kafka.CreateTopic(topic, 1, nil)
		}
		b.grant(t, user, topic, group, slices.DeleteFunc(c.needs(), func(r right) bool { return slices.Contains(c.lacks, r) }))
		config := harness.Properties{"tasks.max": "1", "key.converter": stringConverter, "value.converter": stringConverter}.
			With(b.login("admin.override.", user, "pw"))
		if c.source {
			config = config.With(harness.Properties{"connector.class": "FileStreamSource", "file": input, "topic": topic}).With(b.login("producer.override.", user, "pw"))
		} else {
			config = config.With(harness.Properties{"connector.class": "FileStreamSink", "file": dir + "/out.txt", "topics": topic}).With(b.login("consumer.override.", user, "pw"))
		}
		words := strings.NewReplacer("$T", topic, "$G", group, "$U", user)
		for k, v := range c.config {
			config[k] = words.Replace(v)
		}
		w.Create(t, topic, config)
		t.Cleanup(func() { w.Do(t, "DELETE", "/connectors/"+topic, "") })
		t.Run(c.name, func(t *testing.T) {
			trace := w.WaitTask(t, topic, 0, "FAILED").Trace
			have := classes(trace)
			if side == harness.Java {
				if len(have) == 0 || have[0] != c.chain[0] {
					t.Errorf("classes %v, ours begin with %s in\n%s", have, c.chain[0], trace)
				}
				return
			}
			if !slices.Equal(have, c.chain) {
				t.Errorf("classes %v, want %v in\n%s", have, c.chain, trace)
			}
			for _, say := range c.says {
				if say = words.Replace(say); !strings.Contains(trace, say) {
					t.Errorf("no %q in\n%s", say, trace)
				}
			}
		})
	}
}

// classes are the simple names of the exceptions of a trace, from the outermost to the cause.
func classes(trace string) []string {
	var out []string
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		line = strings.TrimPrefix(line, "Caused by: ")
		class, _, _ := strings.Cut(line, ":")
		if strings.HasPrefix(class, "org.apache.") || strings.HasPrefix(class, "java.") {
			if !strings.ContainsAny(class, " (") {
				out = append(out, class[strings.LastIndexByte(class, '.')+1:])
			}
		}
	}
	return out
}
