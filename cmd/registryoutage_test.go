package cmd

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/internal/registry"
)

// badRegistry answers the first requests of every kind wrongly: not at all, too busy, broken.
type badRegistry struct {
	http.Handler

	mu   sync.Mutex
	seen map[string]int
}

func (b *badRegistry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	kind := r.Method + " " + r.URL.Path
	n := b.seen[kind]
	b.seen[kind]++
	b.mu.Unlock()
	statuses := []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway}
	switch {
	case n < len(statuses):
		w.WriteHeader(statuses[n])
	case n == len(statuses):
		panic(http.ErrAbortHandler)
	default:
		b.Handler.ServeHTTP(w, r)
	}
}

// counted are values of a metric that are not 0.
func counted(text, metric string) []string {
	return regexp.MustCompile(`(?m)^`+metric+`\{[^}]*\} [1-9].*$`).FindAllString(text, -1)
}

// TestRegistryOutage_LosesNothing: a source and a sink of Avro go on when their registry comes back, and no good record is
// skipped or written to the dead letter queue meanwhile, whatever errors.tolerance says.
func TestRegistryOutage_LosesNothing(t *testing.T) {
	bad := &badRegistry{Handler: registry.New().Handler(), seen: map[string]int{}}
	server := httptest.NewServer(bad)
	defer server.Close()
	dir := t.TempDir()
	in, out := write(t, filepath.Join(dir, "in"), "first\nsecond\nthird\n"), filepath.Join(dir, "out")
	const patient = "errors.tolerance=all\nerrors.retry.timeout=-1\nerrors.retry.delay.max.ms=20\nvalue.converter=io.confluent.connect.avro.AvroConverter\nvalue.converter.max.retries=0\nvalue.converter.schema.registry.url="
	source := write(t, filepath.Join(dir, "source"), "name=in\nconnector.class=FileStreamSource\ntopic=lines\nfile="+in+"\n"+patient+server.URL+"\n")
	sink := write(t, filepath.Join(dir, "sink"), "name=out\nconnector.class=FileStreamSink\ntopics=lines\nfile="+out+
		"\nerrors.deadletterqueue.topic.name=dead\nerrors.deadletterqueue.topic.replication.factor=1\n"+patient+server.URL+"\n")
	r := start(t, "dev", "--registry-port", "0", source, sink)
	r.eventually(t, "the lines", func() bool {
		have, _ := os.ReadFile(out) // it may not be there yet
		return string(have) == "first\nsecond\nthird\n"
	})
	metrics := ask(t, http.MethodGet, restURL.FindString(r.out.String())+"metrics", "")
	if !strings.Contains(metrics, "kafka_connect_task_error_deadletterqueue_produce_requests{") {
		t.Errorf("no such metric:\n%s", metrics)
	}
	for _, name := range []string{"kafka_connect_task_error_deadletterqueue_produce_requests", "kafka_connect_task_error_total_records_skipped"} {
		if n := counted(metrics, name); len(n) > 0 {
			t.Errorf("%v", n)
		}
	}
	if n := counted(metrics, "kafka_connect_task_error_total_retries"); len(n) != 2 {
		t.Errorf("both tasks were to try again: %v", n)
	}
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, r.out)
	}
	bad.mu.Lock()
	defer bad.mu.Unlock()
	for _, kind := range []string{"POST /subjects/lines-value/versions", "GET /schemas/ids/1", "POST /subjects/lines-value"} {
		if bad.seen[kind] < 6 {
			t.Errorf("%s: %d requests", kind, bad.seen[kind])
		}
	}
}

// TestRegistryOutage_FailsTheTask once errors.retry.timeout is over; the line is there for the next start.
func TestRegistryOutage_FailsTheTask(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer server.Close()
	dir := t.TempDir()
	source := write(t, filepath.Join(dir, "source"), "name=in\nconnector.class=FileStreamSource\ntopic=lines\nfile="+write(t, filepath.Join(dir, "in"), "first\n")+
		"\nerrors.tolerance=all\nvalue.converter=io.confluent.connect.avro.AvroConverter\nvalue.converter.max.retries=0\nvalue.converter.schema.registry.url="+server.URL+"\n")
	r := start(t, "dev", "--registry-port", "0", source)
	var s struct {
		Tasks []struct{ State, Trace string }
	}
	r.eventually(t, "the task fails", func() bool {
		return restURL.FindString(r.out.String()) != "" && r.get(t, "connectors/in/status", &s) == http.StatusOK && len(s.Tasks) == 1 && s.Tasks[0].State == "FAILED"
	})
	for _, want := range []string{
		"org.apache.kafka.connect.errors.RetriableException: Failed to serialize Avro data from topic lines :",
		"Caused by: org.apache.kafka.common.errors.TimeoutException: Error registering Avro schema",
		"Caused by: io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: Error; error code: 50005",
	} {
		if !strings.Contains(s.Tasks[0].Trace, want) {
			t.Errorf("%q is missing in\n%s", want, s.Tasks[0].Trace)
		}
	}
	metrics := ask(t, http.MethodGet, restURL.FindString(r.out.String())+"metrics", "")
	if n := counted(metrics, "kafka_connect_task_error_total_records_skipped"); len(n) > 0 {
		t.Errorf("%v", n)
	}
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, r.out)
	}
}
