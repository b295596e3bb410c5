package stage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/smt"
)

func sourceOptions(key, value *script, steps ...Step) SourceOptions {
	return SourceOptions{Key: Side{"KC", key}, Value: Side{"VC", value}, Header: &headers{}, HeaderClass: "HC",
		Transforms: &Chain{Steps: steps}, Operator: operator(0)}
}

// polled makes a batch as a source hands it out.
func polled(t testing.TB, pool *batch.Pool, list []rec) *batch.Batch {
	t.Helper()
	b := pool.New(len(list))
	b.Topics = batch.OneTopic("t")
	side := func(of func(rec) any) *batch.Column {
		cb := batch.NewColumnBuilder(schemaOf('a'), false)
		for _, r := range list {
			v := batch.Null()
			if s, ok := of(r).(string); ok {
				v = batch.StringValue(s)
			}
			if err := cb.Append(v); err != nil {
				t.Fatal(err)
			}
		}
		return cb.Finish(b)
	}
	b.Key, b.Value = side(func(r rec) any { return r.key }), side(func(r rec) any { return r.value })
	any := false
	for _, r := range list {
		any = any || r.headers != nil
	}
	if any {
		b.Headers.Offsets = mem.Alloc[int32](&b.Arena, len(list)+1)
		for i, r := range list {
			b.Headers.Offsets[i] = int32(len(b.Headers.Entries))
			for _, h := range r.headers {
				e := batch.Header{Key: "h", Decoded: true}
				if h != "null" {
					e.Schema, e.Value = batch.Of(batch.KindString, true), batch.StringValue(h)
				}
				b.Headers.Entries = append(b.Headers.Entries, e)
			}
		}
		b.Headers.Offsets[len(list)] = int32(len(b.Headers.Entries))
	}
	return b
}

// runSource puts records through a stage and returns the encoded rows in row order.
func runSource(t testing.TB, opt SourceOptions, list []rec) (ok, failed []outcome, err error) {
	t.Helper()
	return runPolled(t, opt, polled(t, batch.NewPool(mem.Checked(t)), list))
}

// runPolled is runSource for a batch, which it releases.
func runPolled(t testing.TB, opt SourceOptions, b *batch.Batch) (ok, failed []outcome, err error) {
	t.Helper()
	s := NewSource(opt)
	live := b.Live()
	out, errs, err := s.Run(t.Context(), b)
	if b.Live() != live || b.Status.Any() {
		t.Error("the polled batch was changed")
	}
	for _, e := range out {
		rows := e.B.Sel
		if rows == nil {
			for i := range int32(e.B.Len()) {
				rows = append(rows, i)
			}
		}
		for _, r := range rows {
			text := bytesOf(e.Key, r) + "=" + bytesOf(e.Value, r)
			for _, h := range e.B.Headers.Of(int(r)) {
				if h.Raw == nil {
					text += " " + h.Key + ":null"
				} else {
					text += " " + h.Key + ":" + string(h.Raw)
				}
			}
			ok = append(ok, outcome{int(r), text})
		}
		e.B.Release()
	}
	slices.SortFunc(ok, func(a, b outcome) int { return a.row - b.row })
	failed = failures(errs)
	b.Release()
	s.Close()
	return ok, failed, err
}

func bytesOf(b batch.Bytes, r int32) string {
	v, ok := b.Get(int(r))
	if !ok {
		return "null"
	}
	return string(v)
}

// TestSource_FirstFailureEndsARow: transforms, header, key, value converter, in that order.
func TestSource_FirstFailureEndsARow(t *testing.T) {
	fail := step("T", func(r smt.Record) (smt.Record, bool, error) {
		if strings.HasPrefix(r.Value.Str(), "t") {
			return r, false, codec.Data("transform")
		}
		return r, !strings.HasPrefix(r.Value.Str(), "d"), nil
	})
	ok, failed, err := runSource(t, sourceOptions(&script{}, &script{}, fail), []rec{
		{"k0", "v0", []string{"A", "null"}},
		{"y1", "t1", []string{"BAD"}},
		{"y2", "v2", []string{"A", "BAD"}},
		{"y3", "y3", nil},
		{"k4", "y4", nil},
		{nil, nil, nil},
		{"k6", "d6", []string{"BAD"}},
		{"k7", "", nil},
	})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "encoded", ok, []outcome{{0, "k0=v0 h:a h:null"}, {5, "null=null"}, {7, "k7="}})
	compare(t, "failed", failed, []outcome{{1, "TRANSFORMATION T: transform"}, {2, "HEADER_CONVERTER HC: bad header"}, {3, "KEY_CONVERTER KC: y3"}, {4, "VALUE_CONVERTER VC: y4"}})
}

// TestSource_Forks: rows that transforms put under other schemas are encoded too; together the results
// are the rows that were polled.
func TestSource_Forks(t *testing.T) {
	split := step("T", func(r smt.Record) (smt.Record, bool, error) {
		if strings.Contains(r.Value.Str(), "odd") {
			r.ValueSchema = schemaOf('o')
			r.Topic = "odd"
		}
		return r, true, nil
	})
	ok, failed, err := runSource(t, sourceOptions(&script{}, &script{}, split), []rec{
		{"k0", "v0", nil}, {"k1", "odd1", nil}, {"k2", "v2", nil}, {"k3", "y-odd3", nil}, {"k4", "y4 odd", nil}, {"k5", "y5", nil}, {"k6", "odd6", nil},
	})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "encoded", ok, []outcome{{0, "k0=v0"}, {1, "k1=odd1"}, {2, "k2=v2"}, {6, "k6=odd6"}})
	compare(t, "failed", failed, []outcome{{3, "VALUE_CONVERTER VC: y-odd3"}, {4, "VALUE_CONVERTER VC: y4 odd"}, {5, "VALUE_CONVERTER VC: y5"}})
}

// TestSource_AllRowsFail: nothing is to be sent, nothing is held.
func TestSource_AllRowsFail(t *testing.T) {
	ok, failed, err := runSource(t, sourceOptions(&script{}, &script{}), []rec{{"y0", "v", nil}, {"k", "y1", nil}})
	if err != nil || len(ok) != 0 || len(failed) != 2 {
		t.Errorf("%v %v %v", ok, failed, err)
	}
}

// TestSource_RetriableRows are tried again, those rows alone; what others wrote stays.
func TestSource_RetriableRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		value := &script{failures: map[string]int{"?1": 2, "?3": 100}}
		opt := sourceOptions(&script{}, value)
		opt.Operator = operator(5 * time.Second)
		ok, failed, err := runSource(t, opt, []rec{{"k0", "v0", nil}, {"k1", "?1", nil}, {"k2", "v2", nil}, {"k3", "?3", nil}, {"k4", "y4", nil}})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "encoded", ok, []outcome{{0, "k0=v0"}, {1, "k1=?1"}, {2, "k2=v2"}})
		compare(t, "failed", failed, []outcome{{3, "VALUE_CONVERTER VC: again ?3"}, {4, "VALUE_CONVERTER VC: y4"}})
	})
}

// TestSource_WholeBatchFails: tried again, then the error; nothing is held.
func TestSource_WholeBatchFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, side := range []string{"key", "value"} {
			key, value := &script{}, &script{}
			hit := map[string]*script{"key": key, "value": value}[side]
			hit.outage = 3
			opt := sourceOptions(key, value, step("T", func(r smt.Record) (smt.Record, bool, error) {
				if r.Value.Str() == "o" {
					r.ValueSchema = schemaOf('o') // a fork, so that one is encoded when the other fails
				}
				return r, true, nil
			}))
			opt.Operator = operator(10 * time.Second)
			list := []rec{{"k0", "v0", nil}, {"k1", "o", nil}}
			if ok, _, err := runSource(t, opt, list); err != nil || len(ok) != 2 {
				t.Errorf("%s: %v %v", side, ok, err)
			}
			hit.broken = errors.New("gone")
			if ok, _, err := runSource(t, opt, list); err == nil || len(ok) != 0 {
				t.Errorf("%s: %v %v", side, ok, err)
			}
		}
	})
}

// TestSource_RetriableHeader is tried again.
func TestSource_RetriableHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opt := sourceOptions(&script{}, &script{})
		opt.Header, opt.Operator = &headers{again: 2}, operator(5*time.Second)
		ok, failed, err := runSource(t, opt, []rec{{"k", "v", []string{"A"}}})
		if err != nil || len(failed) != 0 {
			t.Errorf("%v %v %v", ok, failed, err)
		}
		compare(t, "encoded", ok, []outcome{{0, "k=v h:a"}})
	})
}

// TestSource_BufferHint: batches of changing size are encoded right, one after the other.
func TestSource_BufferHint(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	s := NewSource(sourceOptions(&script{}, &script{}))
	defer s.Close()
	for n := range 30 {
		list := make([]rec, 1+n*7%20)
		for i := range list {
			list[i] = rec{key: fmt.Sprint("k", i), value: strings.Repeat("v", n*n%400) + fmt.Sprint(i)}
		}
		b := polled(t, pool, list)
		out, _, err := s.Run(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range list {
			if got := bytesOf(out[0].Value, int32(i)); got != r.value {
				t.Fatalf("batch %d row %d: %q", n, i, got)
			}
		}
		out[0].B.Release()
		b.Release()
	}
}
