package smttest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/smttest"
)

// recorder keeps what would fail a test.
type recorder struct {
	errors  []string
	cleanup []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanup = append(r.cleanup, f) }
func (r *recorder) Errorf(f string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(f, args...))
}
func (r *recorder) Fatalf(f string, args ...any) { r.Errorf(f, args...); panic(r) }
func (r *recorder) finish() (out string) {
	for _, f := range r.cleanup {
		f()
	}
	return strings.Join(r.errors, "\n")
}

// numbers adds one to int64 values and refuses 13; fault says what it does wrong.
type numbers struct {
	fault string
	calls int
}

func (n *numbers) Close() error { return nil }

func (n *numbers) Apply(b *batch.Batch) ([]*batch.Batch, error) {
	n.calls++
	c := b.Value
	if c.Form() != batch.FormPlain || c.Schema().Kind() != batch.KindInt64 {
		return nil, nil
	}
	out := b.NewFixed(c.Schema(), c.Len())
	out.Valid = c.Valid
	copy(out.Int64s(), c.Int64s())
	if n.fault == "writes its input" {
		out = c
	}
	for r := range b.Rows() {
		switch out.Int64s()[r.Index()]++; {
		case out.Int64s()[r.Index()] != 14:
		case n.fault == "bad row spoils others":
			for i := range int32(b.Len()) {
				b.Status.Fail(i, b.Len(), errors.New("unlucky"))
			}
		default:
			b.Status.Fail(r.Index(), b.Len(), errors.New("unlucky"))
		}
	}
	switch n.fault {
	case "forgets the selection":
		b.Sel = nil
	case "counts batches":
		out.Int64s()[0] += int64(n.calls)
	case "looks at its neighbours":
		out.Int64s()[0] += int64(b.Len())
	case "keeps a batch":
		b.Retain()
	case "breaks a column":
		out.Valid = make([]uint64, 99)
	}
	b.Value = out
	return nil, nil
}

func TestCheck_FindsWhatIsWrong(t *testing.T) {
	for fault, want := range map[string]string{
		"":                        "",
		"writes its input":        "the input was changed",
		"bad row spoils others":   "one by one, row",
		"forgets the selection":   "every second row: row",
		"counts batches":          "the same transform twice, row",
		"looks at its neighbours": "one by one, row",
		"keeps a batch":           "still out",
		"breaks a column":         "words for",
	} {
		var r recorder
		b := batchtest.Parse(t, mem.Checked(&r), "@topic, @value int64\nt, 5\nt, 13\nt, 7\nt, 20\n")
		smttest.Check(&r, func() smt.Transform { return &numbers{fault: fault} }, b)
		b.Release()
		if got := r.finish(); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("fault %q: %q, want %q", fault, got, want)
		}
	}
}

func TestCheckRandom(t *testing.T) {
	smttest.CheckRandom(t, func() smt.Transform { return &numbers{} }, 50)
}

func set() smt.Set {
	def := config.NewDef().Define(config.Key{Name: "note", Type: config.String, Required: true, Doc: "Any."})
	return smt.NewSet(&smt.Class{Name: "com.example.Increment", Version: "1", Def: def, New: func(props map[string]string, _ smt.Context) (smt.Transform, error) {
		if _, err := def.Parse(props); err != nil {
			return nil, err
		}
		return &numbers{}, nil
	}})
}

const cases = `# a file of cases

# one that fails and one that does not
transform type=Increment note="two words"
transform type=Increment note=x
@value int64
1
12
~ 5
----
@value int64
3
! row 1: unlucky

transform type=Increment
@value int64
1
----
refused: org.apache.kafka.common.config.ConfigException: Missing required configuration "note" which has no default value.
`

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cases")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(cases)
	smttest.File(t, path, set(), false)
	write(strings.Replace(cases, "\n3\n", "\n4\n", 1))
	var r recorder
	smttest.File(&r, path, set(), false)
	if got := r.finish(); !strings.Contains(got, "want\n@value int64\n4") {
		t.Errorf("a wrong result is not told: %q", got)
	}
	smttest.File(t, path, set(), true)
	if got, err := os.ReadFile(path); err != nil || string(got) != cases {
		t.Errorf("rewritten to %v\n%s", err, got)
	}
}
