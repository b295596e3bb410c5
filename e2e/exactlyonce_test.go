//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestExactlyOnce lets a worker of each side run tasks of one source with exactly-once support. Ours is killed alone, and
// beside Java's, which leads then; the tasks get new configs while either leads, so that the leader fences what runs on
// the other. A reader of committed records then finds every number of every task once and in order.
func TestExactlyOnce(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	broker := suite.SharedBroker(t, "that sources deliver exactly once")
	jars, err := harness.FetchKafka(t.Context())
	harness.Need(t, err, "the original's verifiable source")
	cluster := suite.NewCluster(t, broker.Bootstrap, harness.Properties{"exactly.once.source.support": "enabled"})
	add := func(side harness.Side) *harness.Worker {
		return cluster.Add(side, harness.WorkerConfig{Dir: t.TempDir(), ClassPath: jars.TestPlugins()})
	}
	ours, java := add(harness.Millrace), add(harness.Java)
	topic := harness.Unique(t, "once")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	kafka.CreateTopic(topic, 2, nil)
	config := harness.Properties{
		"name": "once", "connector.class": "VerifiableSource", "tasks.max": "2", "topic": topic, "throughput": "300",
		"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
		"transaction.boundary": "interval", "transaction.boundary.interval.ms": "300",
	}
	var seen int64
	flows := func(what string) {
		t.Helper()
		harness.Eventually(t, runMax, what, func(ctx context.Context) (bool, error) {
			n, err := kafka.Count(ctx, topic)
			return err == nil && n >= seen+600, fmt.Errorf("%d records, %d before: %w", n, seen, err)
		})
		seen, _ = kafka.Count(t.Context(), topic)
	}
	both := func(what string) {
		t.Helper()
		cluster.Calm(t, runMax, harness.Expected{"once": 2})
		flows(what)
	}
	reconfigure := func(throughput string) {
		t.Helper()
		config["throughput"] = throughput
		body, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		if status, answer := ours.Do(t, "PUT", "/connectors/once/config", string(body)); status != 200 {
			t.Fatalf("PUT answers %d: %s", status, answer)
		}
	}

	ours.StartReady(t)
	ours.Create(t, "once", config)
	flows("our worker alone")
	ours.Kill()
	ours.StartReady(t)
	flows("our worker after its end")
	java.StartReady(t)
	both("a worker of each side")
	reconfigure("400")
	both("new tasks while ours leads")
	ours.Kill()
	ours.StartReady(t)
	both("our worker after its end, while Java's leads")
	reconfigure("350")
	both("new tasks while Java's leads")
	ours.Stop(t)
	java.Stop(t)
	checkOnce(t, kafka.Consume(topic), 2)
}

// checkOnce checks that committed records have the numbers of each task from 0 on, each once.
func checkOnce(t *testing.T, partitions [][]harness.Record, tasks int) {
	t.Helper()
	count := map[string]map[int64]int{} // by task, the key of its records
	for _, records := range partitions {
		last := map[string]int64{}
		for _, r := range records {
			task := string(r.Key)
			n, err := strconv.ParseInt(string(r.Value), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if count[task] == nil {
				count[task] = map[int64]int{}
			}
			if before, ok := last[task]; ok && n <= before {
				t.Errorf("task %s: %d comes behind %d", task, n, before)
			}
			last[task] = n
			count[task][n]++
		}
	}
	if len(count) != tasks {
		t.Errorf("%d tasks have written, want %d", len(count), tasks)
	}
	for task, numbers := range count {
		for n := range int64(len(numbers)) {
			if numbers[n] != 1 {
				t.Errorf("task %s: number %d is there %d times", task, n, numbers[n])
			}
		}
		t.Logf("task %s: %d numbers", task, len(numbers))
	}
}
