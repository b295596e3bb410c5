package batch_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// recorder is a testing.TB that keeps what would have failed the test.
type recorder struct {
	cleanups []func()
	errors   []string
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, strings.TrimSpace(format)+" "+text(args))
}

func text(args []any) string {
	var w strings.Builder
	for _, a := range args {
		if s, ok := a.(string); ok {
			w.WriteString(s)
		}
	}
	return w.String()
}

func (r *recorder) finish() string {
	for _, f := range r.cleanups {
		f()
	}
	return strings.Join(r.errors, "\n")
}

func TestChecked_NamesTheBatchThatLeaks(t *testing.T) {
	r := &recorder{}
	pool := batch.NewPool(mem.Checked(r))
	leaky(pool)
	pool.New(1).Release()
	got := r.finish()
	if !strings.Contains(got, "batch_test.leaky") || !strings.Contains(got, "5 rows, 1 references") || strings.Count(got, "rows,") != 1 {
		t.Fatalf("report: %s", got)
	}
}

func leaky(p *batch.Pool) { p.New(5) }

func panics(t *testing.T, f func()) (text string) {
	t.Helper()
	defer func() {
		text, _ = recover().(string)
		if text == "" {
			t.Fatal("no panic")
		}
	}()
	f()
	return ""
}

func TestRelease_TwicePanics(t *testing.T) {
	b := batch.NewPool(mem.NewPool()).New(1)
	b.Release()
	if got := panics(t, b.Release); !strings.HasPrefix(got, "batch: released twice") {
		t.Fatal(got)
	}
}

func TestFork_KeepsItsSourceAlive(t *testing.T) {
	pool := mem.Checked(t)
	b := batch.NewPool(pool).New(4)
	b.Value = b.NewFixed(batch.Of(batch.KindInt64, false), 4)
	for i := range b.Value.Int64s() {
		b.Value.Int64s()[i] = int64(i)
	}
	f := b.Fork(batch.Selection{1, 3})
	b.Release()
	if pool.OutSlabs() == 0 || f.Value.Int64s()[3] != 3 {
		t.Fatal("memory of the source went away")
	}
	f.Release()
	if pool.OutSlabs() != 0 {
		t.Fatal("the fork's release did not release its source")
	}
}
