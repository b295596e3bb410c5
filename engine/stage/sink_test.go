package stage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/smt"
)

func operator(retry time.Duration) *errant.Operator {
	return errant.NewOperator(errant.Options{RetryTimeout: retry, RetryDelayMax: time.Minute, TolerateAll: true})
}

func sinkOptions(key, value *script, steps ...Step) SinkOptions {
	return SinkOptions{Key: Side{"KC", key}, Value: Side{"VC", value}, Header: &headers{}, HeaderClass: "HC",
		Transforms: &Chain{Steps: steps}, Identity: len(steps) == 0, Operator: operator(0)}
}

// runSink puts records through a stage and returns what came out.
func runSink(t testing.TB, opt SinkOptions, list []rec) (ok, failed []outcome, err error) {
	t.Helper()
	pool := batch.NewPool(mem.Checked(t))
	b := raw(pool, list)
	out, errs, err := NewSink(opt).Run(t.Context(), b)
	ok, failed = live(t, out), failures(errs)
	releaseAll(out)
	b.Release()
	return ok, failed, err
}

func compare(t testing.TB, what string, got, want []outcome) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// TestSink_FirstFailureEndsARow: key, value, header converter, in that order; neighbours go on.
func TestSink_FirstFailureEndsARow(t *testing.T) {
	ok, failed, err := runSink(t, sinkOptions(&script{}, &script{}), []rec{
		{"a1", "a1", nil},
		{"x1", "x1", []string{"bad"}},
		{"a2", "y1", []string{"bad"}},
		{"a3", "a3", []string{"fine", "bad"}},
		{nil, nil, nil},
		{"y2", "a4", nil},
		{"a4", "a5", []string{"h"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "live", ok, []outcome{{0, "a/a1=a/a1"}, {4, "null=null"}, {6, "a/a4=a/a5 h:H"}})
	compare(t, "failed", failed, []outcome{{1, "KEY_CONVERTER KC: x1"}, {2, "VALUE_CONVERTER VC: y1"}, {3, "HEADER_CONVERTER HC: bad header"}, {5, "KEY_CONVERTER KC: y2"}})
}

// TestSink_SeveralSchemas: rows under different schemas reach the plugin in the order of the topic.
func TestSink_SeveralSchemas(t *testing.T) {
	ok, failed, err := runSink(t, sinkOptions(&script{}, &script{}), []rec{
		{"a1", "a1", nil}, {"b2", "a2", nil}, {"a3", "b3", []string{"bad"}}, {"a4", "b4", nil}, {"a5", "a5", nil}, {"x6", "b6", nil}, {"b7", "c7", []string{"h"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "live", ok, []outcome{{0, "a/a1=a/a1"}, {1, "b/b2=a/a2"}, {3, "a/a4=b/b4"}, {4, "a/a5=a/a5"}, {6, "b/b7=c/c7 h:H"}})
	compare(t, "failed", failed, []outcome{{2, "HEADER_CONVERTER HC: bad header"}, {5, "KEY_CONVERTER KC: x6"}})
}

// TestSink_ModelOfRecords compares random batches, converters' failures and transforms with the plain
// way: record by record, as Java does.
func TestSink_ModelOfRecords(t *testing.T) {
	for seed := range uint64(200) {
		modelSink(t, seed)
	}
}

// FuzzSink lets the fuzzer choose the batch.
func FuzzSink(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { modelSink(t, seed) })
}

func modelSink(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 5))
	text := func(n int) any {
		letters := "aaabbcxyz"
		if rng.IntN(8) == 0 {
			return nil
		}
		return string(letters[rng.IntN(len(letters))]) + fmt.Sprint(n) + string("klm"[rng.IntN(3)])
	}
	list := make([]rec, 1+rng.IntN(20))
	for i := range list {
		list[i] = rec{key: text(i), value: text(i)}
		switch rng.IntN(12) {
		case 0:
			list[i].headers = []string{"bad"}
		case 1, 2:
			list[i].headers = []string{"h", "i"}
		}
	}
	// Transforms, each with its effect on one record.
	drop := func(r smt.Record) (smt.Record, bool, error) {
		return r, !strings.Contains(r.Value.Str(), "k"), nil
	}
	fail := func(r smt.Record) (smt.Record, bool, error) {
		if strings.Contains(r.Value.Str(), "3") {
			return r, false, codec.Data("three")
		}
		return r, true, nil
	}
	rename := func(r smt.Record) (smt.Record, bool, error) {
		if strings.Contains(r.Value.Str(), "m") {
			r.ValueSchema = schemaOf('M')
		}
		return r, true, nil
	}
	kinds := []func(smt.Record) (smt.Record, bool, error){drop, fail, rename}
	var steps []Step
	for k := range rng.IntN(4) {
		s := step(fmt.Sprintf("T%d", k), kinds[rng.IntN(3)])
		if rng.IntN(2) == 0 {
			s.Predicate, s.Negate = having{"l"}, rng.IntN(2) == 0
		}
		steps = append(steps, s)
	}

	var wantOK, wantFailed []outcome
	for i, r := range list {
		key, ks := decodeOne(r.key)
		value, vs := decodeOne(r.value)
		fails := func(text string) { wantFailed = append(wantFailed, outcome{i, text}) }
		if bad(r.key) {
			fails("KEY_CONVERTER KC: " + key)
			continue
		}
		if bad(r.value) {
			fails("VALUE_CONVERTER VC: " + value)
			continue
		}
		if slices.Contains(r.headers, "bad") {
			fails("HEADER_CONVERTER HC: bad header")
			continue
		}
		state := "live"
		for k := range steps {
			class := fmt.Sprintf("T%d", k)
			if p := steps[k].Predicate; p != nil {
				if strings.Contains(value, "z") {
					fails("TRANSFORMATION " + class + ": predicate")
					state = "failed"
					break
				}
				if strings.Contains(value, "l") == steps[k].Negate {
					continue
				}
			}
			one := smt.Record{ValueSchema: schemaOf('a'), Value: batch.StringValue(value)}
			if r.value == nil {
				one.Value = batch.Null()
			}
			out, keep, err := apply(steps[k], one)
			if err != nil {
				fails("TRANSFORMATION " + class + ": three")
				state = "failed"
				break
			}
			if !keep {
				state = "dropped"
				break
			}
			if out.ValueSchema.Name() == "M" {
				vs = "M"
			}
		}
		if state != "live" {
			continue
		}
		text := "null="
		if r.key != nil {
			text = ks + "/" + key + "="
		}
		if r.value != nil {
			text += vs + "/" + value
		} else {
			text += "null"
		}
		for _, h := range r.headers {
			text += " h:" + strings.ToUpper(h)
		}
		wantOK = append(wantOK, outcome{i, text})
	}
	ok, failed, err := runSink(t, sinkOptions(&script{}, &script{}, steps...), list)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ok, wantOK) || !slices.Equal(failed, wantFailed) {
		t.Fatalf("seed %d:\nlive %v\nwant %v\nfailed %v\nwant   %v", seed, ok, wantOK, failed, wantFailed)
	}
}

func bad(v any) bool {
	s, _ := v.(string)
	return s != "" && (s[0] == 'x' || s[0] == 'y')
}

func decodeOne(v any) (text, schema string) {
	s, _ := v.(string)
	if s == "" {
		return "", ""
	}
	return s, s[:1]
}

// apply runs a step on one record.
func apply(s Step, r smt.Record) (smt.Record, bool, error) {
	pool := batch.NewPool(mem.NewPool())
	b := pool.New(1)
	defer b.Release()
	cb := batch.NewColumnBuilder(r.ValueSchema, false)
	if err := cb.Append(r.Value); err != nil {
		return r, false, err
	}
	b.Value = cb.Finish(b)
	more, err := s.Transform.Apply(b)
	releaseAll(more)
	if err != nil {
		return r, false, err
	}
	if errs := b.Status.Errors(); len(errs) > 0 {
		return r, false, errs[0].Err
	}
	if b.Live() == 0 {
		return r, false, nil
	}
	row := b.Row(0)
	return smt.Record{ValueSchema: row.ValueSchema(), Value: row.Value()}, true, nil
}

// TestSink_RetriableRows are tried again inside errors.retry.timeout, those rows alone, and keep their
// place.
func TestSink_RetriableRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		value := &script{failures: map[string]int{"?2": 2, "?4": 100}}
		opt := sinkOptions(&script{}, value)
		opt.Operator = operator(5 * time.Second)
		began := time.Now()
		ok, failed, err := runSink(t, opt, []rec{{"a1", "a1", nil}, {"a2", "?2", nil}, {"a3", "a3", nil}, {"a4", "?4", nil}, {"a5", "y5", nil}})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "live", ok, []outcome{{0, "a/a1=a/a1"}, {1, "a/a2=?/?2"}, {2, "a/a3=a/a3"}})
		compare(t, "failed", failed, []outcome{{3, "VALUE_CONVERTER VC: again ?4"}, {4, "VALUE_CONVERTER VC: y5"}})
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestSink_WholeBatchFails: nothing can be tried, as when a registry is away: tried again, then the
// error, and nothing is held.
func TestSink_WholeBatchFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, side := range []string{"key", "value"} {
			key, value := &script{}, &script{}
			hit := map[string]*script{"key": key, "value": value}[side]
			hit.outage = 2
			opt := sinkOptions(key, value)
			opt.Operator = operator(5 * time.Second)
			if ok, _, err := runSink(t, opt, []rec{{"a1", "a1", nil}}); err != nil || len(ok) != 1 || hit.calls != 3 {
				t.Errorf("%s: %v %v after %d calls", side, ok, err, hit.calls)
			}
			hit.broken = errors.New("gone")
			if ok, _, err := runSink(t, opt, []rec{{"a1", "a1", nil}, {"x2", "a2", nil}}); err == nil || len(ok) != 0 {
				t.Errorf("%s: %v %v", side, ok, err)
			}
		}
	})
}

// TestSink_RetriableHeader is tried again.
func TestSink_RetriableHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opt := sinkOptions(&script{}, &script{})
		opt.Header, opt.Operator = &headers{again: 2}, operator(5*time.Second)
		ok, failed, err := runSink(t, opt, []rec{{"a1", "a1", []string{"h"}}})
		if err != nil || len(failed) != 0 || len(ok) != 1 {
			t.Errorf("%v %v %v", ok, failed, err)
		}
	})
}

// TestSink_Raw: a plugin that reads bytes alone costs no decoding, unless transforms look.
func TestSink_Raw(t *testing.T) {
	value := &script{}
	opt := sinkOptions(&script{}, value)
	opt.Raw = true
	pool := batch.NewPool(mem.Checked(t))
	b := raw(pool, []rec{{"x1", "x1", nil}})
	out, failed, err := NewSink(opt).Run(t.Context(), b)
	if err != nil || len(failed) != 0 || len(out) != 1 || out[0].Value != nil || value.calls != 0 || string(out[0].RawValue.At(0)) != "x1" {
		t.Errorf("%v %v %v", out, failed, err)
	}
	releaseAll(out)
	b.Release()

	opt = sinkOptions(&script{}, value, step("T", func(r smt.Record) (smt.Record, bool, error) { return r, true, nil }))
	opt.Raw = true
	if ok, failed, err := runSink(t, opt, []rec{{"a1", "x1", nil}, {"a2", "a2", nil}}); err != nil || len(ok) != 1 || len(failed) != 1 {
		t.Errorf("%v %v %v", ok, failed, err)
	}
}

// TestSink_BytesOutliveTheStage: what the batch was consumed as stays with the results.
func TestSink_BytesOutliveTheStage(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	b := raw(pool, []rec{{"a1", "a1", []string{"h"}}, {"b1", "c1", nil}})
	out, _, err := NewSink(sinkOptions(&script{}, &script{})).Run(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if h := b.Headers.Entries[0]; h.Decoded || string(h.Raw) != "h" {
		t.Errorf("the consumed batch was written: %+v", h)
	}
	b.Release()
	compare(t, "live", live(t, out), []outcome{{0, "a/a1=a/a1 h:H"}, {1, "b/b1=c/c1"}})
	if string(out[0].RawValue.At(0)) != "a1" {
		t.Error("raw bytes are gone")
	}
	releaseAll(out)
}
