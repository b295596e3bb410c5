package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/embedded"
)

// childDir names the data folder for which the test program is a broker and nothing else.
const childDir = "MILLRACE_TEST_BROKER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		b, err := embedded.Start(embedded.Options{Dir: dir})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(b.Bootstrap())
		select {} // until it is killed
	}
	goleak.VerifyTestMain(m)
}

func start(t *testing.T, o embedded.Options) *embedded.Broker {
	t.Helper()
	b, err := embedded.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func stop(t *testing.T, b *embedded.Broker) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

func client(t *testing.T, bootstrap string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kafka.NewClient(map[string]string{"bootstrap.servers": bootstrap}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func produce(t *testing.T, bootstrap string, n int) {
	t.Helper()
	cl := client(t, bootstrap, kgo.DefaultProduceTopic("lines"))
	defer cl.Close()
	var records []*kgo.Record
	for i := range n {
		records = append(records, kgo.StringRecord(strconv.Itoa(i)))
	}
	if err := cl.ProduceSync(within(t), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// consume reads n records from the start and commits the offsets of group.
func consume(t *testing.T, bootstrap, group string, n int) {
	t.Helper()
	cl := client(t, bootstrap, kgo.ConsumerGroup(group), kgo.ConsumeTopics("lines"), kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	defer cl.Close()
	for next := 0; next < n; {
		fetches := cl.PollFetches(within(t))
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if string(r.Value) != strconv.Itoa(next) {
				t.Fatalf("record %q, want %d", r.Value, next)
			}
			next++
		})
	}
	if err := cl.CommitUncommittedOffsets(within(t)); err != nil {
		t.Fatal(err)
	}
}

func TestBroker_KeepsTopicsAndOffsets(t *testing.T) {
	dir := t.TempDir()
	b := start(t, embedded.Options{Dir: dir})
	for range 2 {
		if err := b.EnsureTopic("lines", 1, map[string]string{"cleanup.policy": "delete"}); err != nil {
			t.Fatal(err)
		}
	}
	produce(t, b.Bootstrap(), 100)
	consume(t, b.Bootstrap(), "readers", 100)
	stop(t, b)

	b = start(t, embedded.Options{Dir: dir})
	defer stop(t, b)
	consume(t, b.Bootstrap(), "others", 100)
	cl := client(t, b.Bootstrap())
	defer cl.Close()
	offsets, err := kadm.NewClient(cl).FetchOffsets(within(t), "readers")
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := offsets.Lookup("lines", 0); !ok || at.At != 100 {
		t.Errorf("committed offset %v, want 100", at.At)
	}
}

func TestBroker_DataFolderIsHeldOnce(t *testing.T) {
	dir := t.TempDir()
	b := start(t, embedded.Options{Dir: dir})
	if second, err := embedded.Start(embedded.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second broker: %v, %v", second, err)
	}
	stop(t, b)
	stop(t, start(t, embedded.Options{Dir: dir}))
}

func TestBroker_PortInUse(t *testing.T) {
	b := start(t, embedded.Options{})
	defer stop(t, b)
	_, port, err := net.SplitHostPort(b.Bootstrap())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Start(embedded.Options{Port: n}); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("a second broker on port %d: %v", n, err)
	}
}

func TestBroker_CreatesTopicsWithOnePartition(t *testing.T) {
	b := start(t, embedded.Options{})
	defer stop(t, b)
	cl := client(t, b.Bootstrap(), kgo.AllowAutoTopicCreation())
	defer cl.Close()
	if err := cl.ProduceSync(within(t), &kgo.Record{Topic: "new"}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	topics, err := kadm.NewClient(cl).ListTopics(within(t))
	if err != nil || len(topics["new"].Partitions) != 1 {
		t.Errorf("%v, %v", topics, err)
	}
}

// What a broker has answered for is there after its process was killed.
func TestBroker_SurvivesKill(t *testing.T) {
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	bootstrap, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	cl := client(t, strings.TrimSpace(bootstrap))
	if _, err := kadm.NewClient(cl).CreateTopic(within(t), 1, 1, nil, "lines"); err != nil {
		t.Fatal(err)
	}
	cl.Close()
	produce(t, strings.TrimSpace(bootstrap), 100)
	consume(t, strings.TrimSpace(bootstrap), "readers", 100)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed

	b := start(t, embedded.Options{Dir: dir})
	defer stop(t, b)
	consume(t, b.Bootstrap(), "others", 100)
}
