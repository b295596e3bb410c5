package offset

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// store is a Store that a test lets fail or wait.
type store struct {
	got  map[string]int64
	err  error
	wait chan struct{} // nil: does not wait
	in   chan struct{}
}

func (s *store) Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	if s.in != nil {
		s.in <- struct{}{}
	}
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if s.err != nil {
		return s.err
	}
	if s.got == nil {
		s.got = map[string]int64{}
	}
	for _, o := range offsets {
		s.got[connector+"/"+o.Partition.Map().Values[0].Str()] = o.Offset.Map().Values[0].Int()
	}
	return nil
}

func list(pairs ...int) []connectors.PartitionOffset {
	var out []connectors.PartitionOffset
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, connectors.PartitionOffset{Partition: part(pairs[i]), Offset: at(pairs[i+1])})
	}
	return out
}

// TestFlusher_KeepsWhatFailed, and newer offsets of the same partition replace it.
func TestFlusher_KeepsWhatFailed(t *testing.T) {
	s := &store{err: errors.New("down")}
	f := &Flusher{Store: s, Connector: "c"}
	f.Add(list(0, 1, 1, 1))
	if n, err := f.Flush(t.Context()); n != 0 || err == nil {
		t.Fatalf("%d %v", n, err)
	}
	f.Add(list(1, 2, 2, 2))
	s.err = nil
	if n, err := f.Flush(t.Context()); n != 3 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	if want := map[string]int64{"c/0": 1, "c/1": 2, "c/2": 2}; !maps.Equal(s.got, want) {
		t.Errorf("%v, want %v", s.got, want)
	}
	s.err = errors.New("not asked")
	if n, err := f.Flush(t.Context()); n != 0 || err != nil {
		t.Errorf("nothing to write: %d %v", n, err)
	}
}

// TestFlusher_OneAtATime: a second flush waits for the first, within its context; what is added
// meanwhile stays for the next.
func TestFlusher_OneAtATime(t *testing.T) {
	s := &store{wait: make(chan struct{}), in: make(chan struct{}, 1)}
	f := &Flusher{Store: s, Connector: "c"}
	f.Add(list(0, 1))
	first := make(chan error)
	go func() {
		_, err := f.Flush(context.Background())
		first <- err
	}()
	<-s.in
	f.Add(list(0, 2))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(s.wait)
	if err := <-first; err != nil || s.got["c/0"] != 1 {
		t.Errorf("%v %v", err, s.got)
	}
	if _, err := f.Flush(t.Context()); err != nil || s.got["c/0"] != 2 {
		t.Errorf("%v %v", err, s.got)
	}
}

// TestFlusher_TimeoutKeepsNewer: an offset that was added while a flush failed is newer than its own.
func TestFlusher_TimeoutKeepsNewer(t *testing.T) {
	s := &store{wait: make(chan struct{}), in: make(chan struct{}, 1)}
	f := &Flusher{Store: s, Connector: "c"}
	f.Add(list(0, 1, 1, 1))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := f.Flush(ctx)
		ended <- err
	}()
	<-s.in
	f.Add(list(0, 5))
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	close(s.wait)
	if _, err := f.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := map[string]int64{"c/0": 5, "c/1": 1}; !maps.Equal(s.got, want) {
		t.Errorf("%v, want %v", s.got, want)
	}
}
