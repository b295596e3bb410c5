package cmd

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// records reads n records of a topic, as "key value".
func records(t *testing.T, broker, topic string, n int) []string {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), waitMax)
	defer cancel()
	var out []string
	for len(out) < n {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			t.Fatalf("topic %s: %d records, want %d: %v", topic, len(out), n, err)
		}
		for _, r := range fetches.Records() {
			out = append(out, string(r.Key)+" "+string(r.Value))
		}
	}
	return out
}

// put sends a config.
func (r *running) put(t *testing.T, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, restURL.FindString(r.out.String())+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		t.Fatal(res.Status)
	}
}

// A connector in a cluster that gets an offset topic of its own goes on from where it is, and keeps its
// offsets there from then on.
func TestDistributed_OffsetTopicOfAConnector(t *testing.T) {
	broker, dir := startBroker(t), t.TempDir()
	file := filepath.Join(dir, "in")
	if err := os.WriteFile(file, []byte("1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	worker := workerFile(t, "bootstrap.servers="+broker+"\ngroup.id=g\nkey.converter=org.apache.kafka.connect.storage.StringConverter\n"+
		"value.converter=org.apache.kafka.connect.storage.StringConverter\nlisteners=http://127.0.0.1:0\noffset.flush.interval.ms=50\n"+
		"config.storage.topic=configs\noffset.storage.topic=offsets\nstatus.storage.topic=statuses\n"+
		"config.storage.replication.factor=1\noffset.storage.replication.factor=1\nstatus.storage.replication.factor=1\noffset.storage.partitions=1\n"+
		"scheduled.rebalance.max.delay.ms=0\n")
	config := `"connector.class":"FileStreamSource","file":"` + file + `","topic":"lines"`
	position := func(r *running, want float64) func() bool {
		return func() bool {
			var got struct {
				Offsets []struct{ Offset map[string]any }
			}
			return r.get(t, "connectors/c/offsets", &got) == http.StatusOK && len(got.Offsets) == 1 && got.Offsets[0].Offset["position"] == want
		}
	}
	r := start(t, "distributed", worker)
	r.eventually(t, "the REST API", func() bool { return restURL.MatchString(r.out.String()) })
	r.eventually(t, "a worker that is ready", func() bool { return r.get(t, "connectors", nil) == http.StatusOK })
	r.put(t, "connectors/c/config", "{"+config+"}")
	r.eventually(t, "offsets in the worker's topic", position(r, 4))
	r.put(t, "connectors/c/config", "{"+config+`,"offsets.storage.topic":"own"}`)
	if err := os.WriteFile(file, []byte("1\n2\n3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.eventually(t, "offsets in the connector's topic", position(r, 6))
	if code := r.end(t); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, r.out)
	}
	if got, want := records(t, broker, "lines", 3), []string{" 1", " 2", " 3"}; !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	key := `["c",{"filename":"` + file + `"}]`
	if got := records(t, broker, "own", 1); got[0] != key+` {"position":6}` {
		t.Errorf("the connector's topic has %q", got)
	}
	if got := records(t, broker, "offsets", 2); got[0] != key+` {"position":4}` || got[1] != key+` {"position":6}` {
		t.Errorf("the worker's topic has %q", got)
	}
}
