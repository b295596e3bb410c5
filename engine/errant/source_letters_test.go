package errant

import (
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// refusing is a converter, of keys, values or headers, that takes nothing.
type refusing struct {
	codec.Converter
	codec.HeaderConverter
	panics bool
}

func (r refusing) NewEncoder() codec.Encoder { return r }

func (r refusing) Encode(_ *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	if r.panics {
		panic("no")
	}
	for _, row := range out.Sel {
		status.Fail(row, out.Column.Len(), errOp)
	}
	return nil
}

func (refusing) Close() error { return nil }

func (refusing) FromConnect(dst []byte, _, _ string, _ *batch.Schema, _ batch.Value) ([]byte, bool, error) {
	return dst, false, errOp
}

// TestSourceRecords_NeverFails: what no converter takes is written as text and says so; null stays null.
func TestSourceRecords_NeverFails(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "a int64\n1\n2\n")
	defer b.Release()
	b.Headers = batch.Headers{Offsets: []int32{0, 0, 2}, Entries: []batch.Header{
		{Key: "h", Decoded: true, Value: batch.Float64Value(math.Inf(1))}, {Key: "raw", Raw: []byte("x")},
	}}
	for _, panics := range []bool{false, true} {
		r := refusing{panics: panics}
		s := NewSourceRecords(r, r, r, r, r)
		var rec kgo.Record
		s.fill(&rec, b, 1)
		if rec.Key != nil || string(rec.Value) != "Struct{a=2}" {
			t.Errorf("record is %q=%q", rec.Key, rec.Value)
		}
		checkHeaders(t, rec.Headers, []kgo.RecordHeader{{Key: "h", Value: []byte("Infinity")}, {Key: "raw", Value: []byte("x")},
			{Key: "__millrace.errors.value.format", Value: []byte("text")}})
	}
	if len(b.Headers.Entries) != 2 || !b.Headers.Entries[0].Decoded {
		t.Error("the polled batch has changed")
	}
}

// TestLetter_Then: every listener hears the end once, whether it comes before or after it.
func TestLetter_Then(t *testing.T) {
	for range 200 {
		l := &Letter{done: make(chan struct{})}
		var mu sync.Mutex
		heard := 0
		listen := func() {
			l.Then(func(err error) {
				mu.Lock()
				defer mu.Unlock()
				if !errors.Is(err, errOp) {
					t.Errorf("%v", err)
				}
				heard++
			})
		}
		var wg sync.WaitGroup
		listen()
		for range 4 {
			wg.Go(listen)
		}
		wg.Go(func() { l.end(errOp) })
		wg.Wait()
		listen()
		if heard != 6 || l.arrived() || !errors.Is(l.Wait(t.Context()), errOp) {
			t.Fatalf("%d of 6 listeners heard", heard)
		}
	}
}
