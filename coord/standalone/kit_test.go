package standalone

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const workerID = "h:8083"

// kit is a herder that runs, with a fake worker and offsets in memory.
type kit struct {
	*Herder
	t       *testing.T
	worker  *fakeWorker
	offsets *closing
	stop    func() // ends Run and waits for it
}

// closing notes that the store was closed.
type closing struct {
	*store.Memory
	closed bool
	err    error
}

func (c *closing) Close() error {
	c.closed = true
	return c.err
}

// run runs a test inside of a bubble with fake time.
func run(t *testing.T, f func(t *testing.T, k *kit)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		k := &kit{t: t, worker: newFakeWorker(t), offsets: &closing{Memory: store.NewMemory()}}
		k.Herder = New(Options{Worker: k.worker, Offsets: k.offsets, WorkerID: workerID, Logger: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- k.Run(ctx) }()
		stopped := false
		k.stop = func() {
			if stopped {
				return
			}
			stopped = true
			cancel()
			if err := <-ended; !errors.Is(err, k.offsets.err) || !k.offsets.closed {
				t.Errorf("end: %v, store closed %v", err, k.offsets.closed)
			}
			if got := k.worker.running(); got != "" {
				t.Errorf("still running: %s", got)
			}
		}
		f(t, k)
		k.stop()
		k.worker.group.Wait()
	})
}

func conf(pairs ...string) map[string]string {
	m := map[string]string{"connector.class": "FileSource", "tasks": "1"}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// create creates a connector and waits until everything has come to rest.
func (k *kit) create(name string, pairs ...string) {
	k.t.Helper()
	c := conf(append([]string{"name", name}, pairs...)...)
	if created, _, err := k.PutConnector(k.t.Context(), name, c, "", false); err != nil || !created {
		k.t.Fatalf("create %s: %v, %v", name, created, err)
	}
	synctest.Wait()
	k.worker.trace()
}

// status is a connector's status in short, such as "RUNNING 0:FAILED".
func (k *kit) status(name string) string {
	k.t.Helper()
	synctest.Wait()
	s, err := k.ConnectorStatus(k.t.Context(), name)
	if err != nil {
		return err.Error()
	}
	return short(s)
}

func short(s *coord.ConnectorStatus) string {
	out := string(s.Connector.State)
	for _, t := range s.Tasks {
		out += " " + string('0'+rune(t.ID)) + ":" + string(t.State)
	}
	return out
}

// refused checks an error that a client sees.
func refused(t *testing.T, err error, status int, text string) {
	t.Helper()
	var r *coord.RequestError
	if !errors.As(err, &r) || r.Status != status || r.Text != text {
		t.Errorf("got %v, want %d %s", err, status, text)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// offsetList makes offsets of pairs of JSON.
func offsetList(t *testing.T, pairs ...string) []coord.Offset {
	t.Helper()
	var out []coord.Offset
	for i := 0; i < len(pairs); i += 2 {
		p, errP := connectors.ParseOffsetMap([]byte(pairs[i]))
		o, errO := connectors.ParseOffsetMap([]byte(pairs[i+1]))
		must(t, errors.Join(errP, errO))
		out = append(out, coord.Offset{Partition: p, Offset: o})
	}
	return out
}

// offsetText is the inverse of offsetList.
func offsetText(t *testing.T, list []coord.Offset) string {
	t.Helper()
	var out []string
	for _, o := range list {
		p, errP := connectors.AppendOffsetMap(nil, o.Partition)
		v, errO := connectors.AppendOffsetMap(nil, o.Offset)
		must(t, errors.Join(errP, errO))
		out = append(out, string(p)+"="+string(v))
	}
	return strings.Join(out, " ")
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}
