//go:build e2e || soak

package e2e

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// supportKey is the worker's key of exactly-once sources.
const supportKey = "exactly.once.source.support"

// TestExactlyOnceUpgrade takes a running cluster from workers without exactly-once support to ones with it, one worker
// after the other, and back. A source goes on all the time; while support is on, its offsets are altered.
// In long runs one of the workers is the original's.
func TestExactlyOnceUpgrade(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	broker := suite.SharedBroker(t, "that running clusters are upgraded to deliver exactly once")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	cluster := suite.NewCluster(t, broker.Bootstrap, harness.Properties{supportKey: "disabled"})
	second := harness.WorkerConfig{Dir: t.TempDir()}
	side := harness.Millrace
	if allCells {
		side = harness.Java
		jars, err := harness.FetchKafka(t.Context())
		harness.Need(t, err, "the original's verifiable source")
		second.ClassPath = jars.TestPlugins()
	}
	workers := []*harness.Worker{cluster.Add(harness.Millrace, harness.WorkerConfig{Dir: t.TempDir()}), cluster.Add(side, second)}
	for _, w := range workers {
		w.StartReady(t)
	}
	topic, name := harness.Unique(t, "upgrade"), "upgrade"
	kafka.CreateTopic(topic, 1, nil)
	workers[0].Create(t, name, harness.Properties{
		"connector.class": "VerifiableSource", "tasks.max": "1", "topic": topic, "throughput": "200",
		"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
	})
	var seen int64
	flows := func(what string) {
		t.Helper()
		harness.Eventually(t, runMax, what, func(ctx context.Context) (bool, error) {
			n, err := kafka.Count(ctx, topic)
			return err == nil && n >= seen+100, fmt.Errorf("%d records, %d before: %w", n, seen, err)
		})
		seen, _ = kafka.Count(t.Context(), topic)
	}
	flows("without support")
	level := "disabled"
	roll := func(to string) {
		t.Helper()
		for _, w := range workers {
			w.Stop(t)
			setProperty(t, w.File, supportKey, level, to)
			w.StartReady(t)
			cluster.Calm(t, runMax, harness.Expected{name: 1})
			flows(w.Name + " is " + to)
		}
		level = to
	}
	roll("preparing")
	roll("enabled")

	leader := cluster.Leader(t)
	if status, answer := leader.Do(t, "PUT", "/connectors/"+name+"/stop", ""); status/100 != 2 {
		t.Fatalf("stop: %d %s", status, answer)
	}
	leader.WaitState(t, name, "STOPPED", 0)
	written := sent(t, kafka, topic)
	last := written[len(written)-1]
	// What follows the altered offset comes again: the only repetition there may be.
	back := last - 50
	body := fmt.Sprintf(`{"offsets":[{"partition":{"id":0},"offset":{"seqno":%d}}]}`, back)
	if status, answer := leader.Do(t, "PATCH", "/connectors/"+name+"/offsets", body); status != 200 {
		t.Fatalf("alter: %d %s", status, answer)
	}
	// A commit is answered once it is prepared.
	harness.Eventually(t, runMax, "the transaction of the offsets is committed", func(ctx context.Context) (bool, error) {
		transactions, err := kafka.Admin().DescribeTransactions(ctx, cluster.Group+"-"+name+"-0")
		for _, x := range transactions {
			if x.State != "CompleteCommit" {
				return false, fmt.Errorf("it is %s", x.State)
			}
		}
		return err == nil, err
	})
	if status, answer := leader.Do(t, "PUT", "/connectors/"+name+"/resume", ""); status/100 != 2 {
		t.Fatalf("resume: %d %s", status, answer)
	}
	flows("resumed")

	roll("preparing")
	roll("disabled")
	for _, w := range workers {
		w.Stop(t)
	}
	repeats := 0
	at := int64(-1)
	for _, n := range sent(t, kafka, topic) {
		switch {
		case n == at+1:
		case n == back+1 && repeats == 0:
			repeats++
		default:
			t.Fatalf("%d comes behind %d", n, at)
		}
		at = n
	}
	if repeats != 1 {
		t.Errorf("the source did not go on from the altered offset %d", back)
	}
	t.Logf("%d numbers", at)
}

// sent are the numbers in the values of a topic with one partition.
func sent(t *testing.T, kafka *harness.Kafka, topic string) []int64 {
	t.Helper()
	var out []int64
	for _, r := range kafka.Consume(topic)[0] {
		n, err := strconv.ParseInt(string(r.Value), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// setProperty changes a value in a properties file.
func setProperty(t *testing.T, path, key, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), key+"="+from+"\n", key+"="+to+"\n", 1)
	if changed == string(text) && from != to {
		t.Fatalf("%s has no %s=%s", path, key, from)
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}
