package differential_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/cmd/bundled"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/coord/rest"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/conformance"
	"github.com/millrace/millrace/fuzz/differential/corpus"
	"github.com/millrace/millrace/fuzz/differential/peer"
)

// subject is this project, answering inside the test as "millrace conformance" does, and the registry that its requests reach.
func subject(t testing.TB) (*peer.Peer, *codectest.Schemas) {
	t.Helper()
	plugins, pool := bundled.Plugins(), batch.NewPool(mem.Checked(t))
	worker, err := engine.NewWorker(engine.Options{
		Config: map[string]string{
			"bootstrap.servers": "localhost:9092", "key.converter": "JsonConverter", "value.converter": "JsonConverter",
			"offset.storage.file.filename": "unused",
		},
		Plugins: plugins, Pool: pool, Logger: slog.New(slog.DiscardHandler),
		NewClient: func(map[string]string, ...kgo.Opt) (*kgo.Client, error) { return kgo.NewClient() },
	})
	if err != nil {
		t.Fatal(err)
	}
	schemas := codectest.NewSchemas()
	requests, toSubject := io.Pipe()
	fromSubject, answers := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := conformance.Serve(context.Background(), requests, answers, conformance.Options{
			Plugins: plugins, Pool: pool,
			Validate: func(ctx context.Context, class string, config map[string]string) ([]byte, error) {
				return rest.Validation(ctx, worker, class, config)
			},
		})
		answers.CloseWithError(err)
		requests.CloseWithError(err)
	}()
	t.Cleanup(func() {
		toSubject.Close()
		fromSubject.Close()
		<-done
		schemas.Close()
		worker.Close(context.Background())
	})
	p := peer.Over("subject", fromSubject, toSubject)
	p.Replace(codectest.SchemasURL, schemas.URL)
	return p, schemas
}

// TestCorpus_AnswersOfTheOriginal replays every stored case, one by one and as batches, and finds all memory
// returned. It needs no Java.
func TestCorpus_AnswersOfTheOriginal(t *testing.T) {
	entries, err := corpus.Load("corpus")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		t.Fatal("the corpus is empty")
	}
	for _, e := range entries {
		if e.Op.HasBatch() {
			other := *e.Trial
			other.Batch = !other.Batch
			e.Trial = &other
			entries = append(entries, e)
		}
	}
	ours, _ := subject(t)
	misses, err := corpus.Replay(entries, ours)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range misses {
		t.Error(m)
	}
}
