package harness

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// brokerReadyMax is how long a broker may take until clients can use it.
const brokerReadyMax = 5 * time.Minute

// log4jFile sends everything to standard output in the pattern of Kafka's own configuration.
const log4jFile = `<Configuration status="warn">
  <Appenders>
    <Console name="STDOUT" target="SYSTEM_OUT"><PatternLayout pattern="[%d] %p %X{connector.context}%m (%c:%L)%n"/></Console>
  </Appenders>
  <Loggers><Root level="info"><AppenderRef ref="STDOUT"/></Root></Loggers>
</Configuration>
`

// Broker is a Kafka broker that is its own controller.
type Broker struct {
	*Process
	Bootstrap string // host:port
	ClusterID string

	command Command
}

// Broker returns the broker of the suite, started by the first call. The error is a *MissingError where there is no
// Java or Maven.
func (s *Suite) Broker() (*Broker, error) {
	return s.broker.get(func() (*Broker, error) {
		dir, err := s.dir()
		if err != nil {
			return nil, err
		}
		return s.startBroker(filepath.Join(dir, "broker"), nil)
	})
}

// SharedBroker is Broker for a test that cannot do without: it is left out with the sentence checks, or fails (Need).
func (s *Suite) SharedBroker(t testing.TB, checks string) *Broker {
	t.Helper()
	b, err := s.Broker()
	Need(t, err, checks)
	if !b.Running() {
		t.Fatalf("the broker has ended with %s:\n%s", b.End(), b.Tail(40))
	}
	return b
}

// StartBroker starts a broker for t alone, with more as properties on top, and flags for its JVM; its cleanup stops it.
func (s *Suite) StartBroker(t testing.TB, more Properties, checks string, flags ...string) *Broker {
	t.Helper()
	b, err := s.startBroker(t.TempDir(), more, flags...)
	Need(t, err, checks)
	t.Cleanup(func() { b.end(t) })
	return b
}

func (b *Broker) end(t testing.TB) {
	if err := b.Stop(); err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.Logf("broker's log:\n%s", b.Tail(40))
	}
}

func (s *Suite) startBroker(dir string, more Properties, jvm ...string) (*Broker, error) {
	at, err := s.newNode()
	if err != nil {
		return nil, err
	}
	ctx, cancel := brokerContext(1)
	defer cancel()
	b, err := s.newBroker(ctx, dir, at, more, jvm...)
	if err != nil {
		return nil, err
	}
	if err := b.start(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// node is where a broker listens: host:port for clients and for controllers.
type node struct{ client, controller string }

func (s *Suite) newNode() (node, error) {
	client, err := s.ports.free()
	if err != nil {
		return node{}, err
	}
	controller, err := s.ports.free()
	return node{"127.0.0.1:" + strconv.Itoa(client), "127.0.0.1:" + strconv.Itoa(controller)}, err
}

// brokerContext lasts as long as n brokers may take to start.
func brokerContext(n int) (context.Context, context.CancelFunc) {
	limit := time.Duration(n) * brokerReadyMax
	return context.WithTimeoutCause(context.Background(), limit, fmt.Errorf("not so after %v", limit))
}

// newBroker writes the files of a broker and formats its storage.
func (s *Suite) newBroker(ctx context.Context, dir string, at node, more Properties, jvm ...string) (*Broker, error) {
	java, jars, err := s.kafka()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	log4j := filepath.Join(dir, "log4j2.xml")
	if err := os.WriteFile(log4j, []byte(log4jFile), 0o644); err != nil {
		return nil, err
	}
	b := &Broker{Bootstrap: at.client, ClusterID: base64.RawURLEncoding.EncodeToString([]byte("millrace-e2e-run"))}
	all := brokerProperties(filepath.Join(dir, "data")).With(more)
	addresses := strings.NewReplacer("$client", at.client, "$controller", at.controller)
	for k, v := range all {
		all[k] = addresses.Replace(v)
	}
	props, err := all.WriteFile(filepath.Join(dir, "server.properties"))
	if err != nil {
		return nil, err
	}
	flags := append(append(jvmFlags("512m"), jvm...), "-Dlog4j2.configurationFile="+log4j, "-cp", jars.Main())
	format := exec.CommandContext(ctx, java, append(flags[:len(flags):len(flags)], "kafka.tools.StorageTool", "format", "-t", b.ClusterID, "-c", props)...)
	if out, err := format.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("format the broker's storage: %w\n%s", err, out)
	}
	b.command = Command{Name: "broker", Path: java, Args: append(flags, "kafka.Kafka", props), LogDir: dir}
	return b, nil
}

func (b *Broker) start(ctx context.Context) (err error) {
	if b.Process, err = Start(b.command); err != nil {
		return err
	}
	if err := b.waitReady(ctx); err != nil {
		b.Kill()
		return fmt.Errorf("%w\nits log ends so:\n%s", err, b.Tail(40))
	}
	return nil
}

// Restart starts a broker that has ended, on the data that it left, and waits until clients can use it.
func (b *Broker) Restart(t testing.TB) {
	t.Helper()
	ctx, cancel := brokerContext(1)
	defer cancel()
	if err := b.start(ctx); err != nil {
		t.Fatal(err)
	}
}

// brokerProperties name the addresses $client and $controller.
func brokerProperties(data string) Properties {
	return Properties{
		"process.roles":                            "broker,controller",
		"node.id":                                  "1",
		"controller.quorum.voters":                 "1@$controller",
		"controller.listener.names":                "CONTROLLER",
		"listeners":                                "PLAINTEXT://$client,CONTROLLER://$controller",
		"advertised.listeners":                     "PLAINTEXT://$client",
		"log.dirs":                                 data,
		"offsets.topic.replication.factor":         "1",
		"offsets.topic.num.partitions":             "4",
		"transaction.state.log.replication.factor": "1",
		"transaction.state.log.min.isr":            "1",
		"transaction.state.log.num.partitions":     "4",
		"group.initial.rebalance.delay.ms":         "0",
		"broker.session.timeout.ms":                "2000", // after which one that was killed may come back under its id
		"broker.heartbeat.interval.ms":             "200",
		"group.min.session.timeout.ms":             "500", // so that members that were killed need not be waited for
	}
}

// waitReady waits until the broker lists itself: only an unfenced broker is listed.
func (b *Broker) waitReady(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Bootstrap))
	if err != nil {
		return err
	}
	defer client.Close()
	err = Poll(ctx, "the broker answers metadata requests", func(ctx context.Context) (bool, error) {
		if !b.Running() {
			return true, nil // said below
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		m, err := kadm.NewClient(client).BrokerMetadata(ctx)
		return err == nil && len(m.Brokers) > 0, err
	})
	if !b.Running() {
		return fmt.Errorf("the broker ended with %s", b.End())
	}
	return err
}
