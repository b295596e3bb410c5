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
	name     string // * stands for the cell's own: the topic, the group of its sink, the transactional id of its task
}

// deniedCell is a connector whose user lacks a right, and what comes of it.
type deniedCell struct {
	name    string
	source  bool
	missing bool // the topic does not exist
	config  harness.Properties
	lacks   []right
	chain   []string // simple names of the classes in the trace of its task; the original has the first of them
	says    []string // in our trace; $T topic, $G group, $U user, $X transactional id
	soak    bool     // left out in short runs
	poison  bool     // the topic has a value that is no JSON
	once    bool     // the worker supports exactly once
	java    string   // what the original logs where its task runs all the same; "" is that it fails too
}

const stringConverter = "org.apache.kafka.connect.storage.StringConverter"

// needs is all that connectors need of the cluster.
func (c deniedCell) needs() []right {
	return []right{
		{kadm.OpDescribe, "topic", "*"}, {kadm.OpWrite, "topic", "*"}, {kadm.OpRead, "topic", "*"}, {kadm.OpCreate, "topic", "*"},
		{kadm.OpRead, "group", "*"},
		{kadm.OpDescribe, "topic", "*-dead"}, {kadm.OpWrite, "topic", "*-dead"}, {kadm.OpCreate, "topic", "*-dead"},
		{kadm.OpDescribe, "transactional-id", "*"}, {kadm.OpWrite, "transactional-id", "*"},
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
	{
		// The original loses the letter, and commits the offset behind it.
		name: "dead-write", poison: true, lacks: []right{{kadm.OpWrite, "topic", "*-dead"}},
		config: harness.Properties{"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "$T-dead", "errors.deadletterqueue.topic.replication.factor": "1",
			"value.converter": "org.apache.kafka.connect.json.JsonConverter"},
		chain: []string{"ConnectException", "TopicAuthorizationException"},
		says:  []string{"dead letter queue: Not authorized to access topics: [$T-dead]", "User:$U needs Write on topic $T-dead"},
		java:  "Could not produce message to dead letter queue. topic=$T-dead",
	},
	{
		// Who may write to a topic may write to it idempotently.
		name: "idempotent-write", source: true, lacks: []right{{kadm.OpWrite, "topic", "*"}, {kadm.OpWrite, "topic", "*-dead"}},
		config: harness.Properties{"producer.override.enable.idempotence": "true"},
		chain:  []string{"ConnectException", "ClusterAuthorizationException"},
		says:   []string{"Cluster authorization failed.", "User:$U needs IdempotentWrite on the cluster"},
	},
	{
		name: "transactional-id", source: true, once: true, lacks: []right{{kadm.OpWrite, "transactional-id", "*"}},
		chain: []string{"TransactionalIdAuthorizationException"},
		says:  []string{"Transactional Id authorization failed.", "User:$U needs Write and Describe on transactional id $X"},
	},
	{
		name: "offsets-write", source: true, once: true, lacks: []right{{kadm.OpWrite, "topic", "$O"}},
		chain: []string{"ConnectException", "TopicAuthorizationException"},
		says:  []string{"Failed to flush offsets and/or records for task $T-0", "User:$U needs Write on topic $O"},
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

// grant allows a user rights, whose names are those that own has of the cell, by the resource.
func (b *aclBroker) grant(t *testing.T, user string, own map[string]string, rights []right) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), securedMax)
	defer cancel()
	for _, r := range rights {
		acl := kadm.NewACLs().Allow("User:" + user).AllowHosts().Operations(r.op).ResourcePatternType(kadm.ACLPatternLiteral)
		switch name := strings.Replace(r.name, "*", own[r.resource], 1); r.resource {
		case "topic":
			acl.Topics(name)
		case "group":
			acl.Groups(name)
		case "transactional-id":
			acl.TransactionalIDs(name)
		case "cluster":
			acl.Clusters()
		}
		if _, err := b.kafka.Admin().CreateACLs(ctx, acl); err != nil {
			t.Fatal(err)
		}
	}
}

// worker are the properties of a worker that logs in as a user, and of its connectors' clients.
func (b *aclBroker) worker(user, password string) harness.Properties {
	p := harness.Properties{"bootstrap.servers": b.address}
	for _, prefix := range []string{"", "producer.", "consumer.", "admin."} {
		p = p.With(b.login(prefix, user, password))
	}
	return p
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
		t.Run(string(side), func(t *testing.T) {
			b.deny(t, side, false)
			b.deny(t, side, true)
		})
	}
}

// deny runs the cells in a worker of one side, with or without support of exactly once.
func (b *aclBroker) deny(t *testing.T, side harness.Side, once bool) {
	t.Helper()
	properties := b.worker("root", "root")
	if once {
		properties[supportKey] = "enabled"
	}
	cluster := suite.NewCluster(t, b.Bootstrap, properties)
	dir := t.TempDir()
	w := cluster.Add(side, harness.WorkerConfig{Dir: dir})
	w.StartReady(t)
	defer w.Stop(t)
	if err := os.WriteFile(dir+"/in.txt", []byte("a line\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, c := range deniedCells {
		if c.once == once && (allCells || !c.soak) {
			b.denied(t, w, cluster, c, fmt.Sprintf("u%d", i), dir)
		}
	}
}

// denied runs one cell.
func (b *aclBroker) denied(t *testing.T, w *harness.Worker, cluster *harness.Cluster, c deniedCell, user, dir string) {
	t.Helper()
	topic := harness.Unique(t, c.name)
	group, transactional, offsets := "connect-"+topic, cluster.Group+"-"+topic+"-0", cluster.Property("offset.storage.topic")
	words := strings.NewReplacer("$T", topic, "$G", group, "$U", user, "$X", transactional, "$O", offsets)
	if !c.missing {
		b.kafka.CreateTopic(topic, 1, nil)
	}
	if c.poison {
		b.kafka.Produce(harness.Record{Topic: topic, Value: []byte("{")})
	}
	needs := c.needs()
	if c.once {
		needs = append(needs, right{kadm.OpDescribe, "topic", "$O"}, right{kadm.OpRead, "topic", "$O"}, right{kadm.OpWrite, "topic", "$O"})
	}
	needs = slices.DeleteFunc(needs, func(r right) bool { return slices.Contains(c.lacks, r) })
	for i := range needs {
		needs[i].name = words.Replace(needs[i].name)
	}
	b.grant(t, user, map[string]string{"topic": topic, "group": group, "transactional-id": transactional}, needs)
	config := harness.Properties{"tasks.max": "1", "key.converter": stringConverter, "value.converter": stringConverter}
	if c.source {
		config = config.With(harness.Properties{"connector.class": "FileStreamSource", "file": dir + "/in.txt", "topic": topic})
	} else {
		config = config.With(harness.Properties{"connector.class": "FileStreamSink", "file": dir + "/out.txt", "topics": topic})
	}
	for _, prefix := range []string{"admin.override.", "producer.override.", "consumer.override."} {
		config = config.With(b.login(prefix, user, "pw"))
	}
	for k, v := range c.config {
		config[k] = words.Replace(v)
	}
	w.Create(t, topic, config)
	defer w.Do(t, "DELETE", "/connectors/"+topic, "")
	t.Run(c.name, func(t *testing.T) {
		if w.Side == harness.Java && c.java != "" {
			harness.Eventually(t, runMax, "it logs "+c.java, func(context.Context) (bool, error) {
				return strings.Contains(w.Output(), words.Replace(c.java)), nil
			})
			w.WaitTask(t, topic, 0, "RUNNING")
			return
		}
		trace := w.WaitTask(t, topic, 0, "FAILED").Trace
		have := classes(trace)
		if w.Side == harness.Java {
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
