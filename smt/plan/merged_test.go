package plan

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// adds is an editor of values that appends a field; rows that fails names fail.
type adds struct {
	does
	name  string
	key   bool
	fails batch.Selection
	err   error // of the schema
	not   bool  // it does not edit field by field
	asked *int
}

func (a *adds) Editing() *Editing {
	return &Editing{Key: a.key, Edit: func(s *batch.Schema) *Edit {
		if a.asked != nil {
			*a.asked++
		}
		if a.not {
			return nil
		}
		out := batch.From(s).Field(a.name, batch.Of(batch.KindInt32, false)).Build()
		return &Edit{Schema: out, Err: a.err, Columns: func(b *batch.Batch, _ batch.Selection, _ bits.Bitmap, in, out []*batch.Column) []*batch.Column {
			for _, i := range a.fails {
				b.Status.Fail(i, b.Len(), errors.New(a.name))
			}
			return append(append(out, in...), b.NewConstant(batch.Of(batch.KindInt32, false), b.Len(), batch.Int32Value(7)))
		}}
	}}
}

func group(t *testing.T, list ...*adds) *Merged {
	t.Helper()
	var steps []Step
	for _, a := range list {
		steps = append(steps, Step{Transform: a})
	}
	p := Compile(steps)
	if len(p.Groups) != 1 || p.Groups[0].Merged == nil || p.Groups[0].End != len(list) {
		t.Fatalf("%+v", p.Groups)
	}
	return p.Groups[0].Merged
}

func TestCompile_Groups(t *testing.T) {
	value, key := &adds{name: "x"}, &adds{name: "y", key: true}
	for _, c := range []struct {
		steps []Step
		want  []int // how many steps each group has; merged from two on
	}{
		{nil, nil},
		{[]Step{{Transform: value}}, []int{1}},
		{[]Step{{Transform: value}, {Transform: value}, {Transform: value}}, []int{3}},
		{[]Step{{Transform: value}, {Transform: value}, {Transform: key}, {Transform: key}}, []int{2, 2}},
		{[]Step{{Transform: value}, {Transform: secret{}}, {Transform: value}}, []int{1, 1, 1}},
		{[]Step{{Transform: value}, {Transform: value, Predicate: does{}}, {Transform: value}}, []int{1, 1, 1}},
	} {
		var got []int
		next := 0
		for _, g := range Compile(c.steps).Groups {
			if g.First != next || (g.Merged != nil) != (g.End-g.First > 1) {
				t.Errorf("%+v", g)
			}
			next = g.End
			got = append(got, g.End-g.First)
		}
		if len(got) != len(c.want) {
			t.Fatalf("%v, want %v", got, c.want)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Fatalf("%v, want %v", got, c.want)
			}
		}
	}
}

func TestMerged_EditsOnce(t *testing.T) {
	asked := 0
	m := group(t, &adds{name: "x", asked: &asked}, &adds{name: "y", asked: &asked})
	pool := mem.Checked(t)
	for range 3 {
		b := batchtest.Parse(t, pool, "a int64\n1\n~ 2\n")
		b.Value = b.WithSchema(b.Value, one) // the schema that a decoder would give each time
		if done := m.Run(b); done != 2 || b.String() != "a int64, x int32, y int32\n1, 7, 7\n~ 2, 7, 7\n" {
			t.Fatalf("%d\n%s", done, b)
		}
		b.Release()
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

var one = batch.NewSchema(batch.KindStruct).Field("a", batch.Of(batch.KindInt64, false)).Build()

// TestMerged_StopsBehindAFailure: what comes later is not done to anybody, so that the caller tells the step.
func TestMerged_StopsBehindAFailure(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "a int64\n1\n2\n")
	defer b.Release()
	m := group(t, &adds{name: "x"}, &adds{name: "y", fails: batch.Selection{1}}, &adds{name: "z"})
	if done := m.Run(b); done != 2 || b.String() != "a int64, x int32, y int32\n1, 7, 7\n2, 7, 7 ! y\n" {
		t.Errorf("%d\n%s", done, b)
	}
}

func TestMerged_SchemaThatIsRefused(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "a int64\n1\n~ 2\n")
	defer b.Release()
	m := group(t, &adds{name: "x"}, &adds{err: errors.New("no")}, &adds{name: "z"})
	if done := m.Run(b); done != 2 || b.String() != "a int64, x int32\n1, 7 ! no\n~ 2, 7\n" {
		t.Errorf("%d\n%s", done, b)
	}
}

func TestMerged_StopsBeforeWhatIsNotFieldByField(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "a int64\n1\n")
	defer b.Release()
	if done := group(t, &adds{name: "x"}, &adds{not: true}).Run(b); done != 1 || b.String() != "a int64, x int32\n1, 7\n" {
		t.Errorf("%d\n%s", done, b)
	}
	if done := group(t, &adds{not: true}, &adds{name: "x"}).Run(b); done != 0 {
		t.Errorf("%d", done)
	}
}

// TestMerged_LeavesOthersAlone: anything but structs in all live rows is for the steps themselves.
func TestMerged_LeavesOthersAlone(t *testing.T) {
	m := group(t, &adds{name: "x"}, &adds{name: "y"})
	for text, want := range map[string]int{
		"@value any\n{\"a\": 1}\n":     0,
		"@value int64\n1\n":            0,
		"a int64\n1\n@null\n":          0,
		"a int64\n1\n@none\n":          0,
		"a int64\n1\n~ @null\n":        2,
		"@key int32, a int64\n1, 1\n":  2,
		"@key int32, @value any\n1, 1": 0,
	} {
		b := batchtest.Parse(t, mem.Checked(t), text)
		before := b.String()
		if done := m.Run(b); done != want || want == 0 && b.String() != before {
			t.Errorf("%q: %d, want %d\n%s", text, done, want, b)
		}
		b.Release()
	}
	b := batchtest.Parse(t, mem.Checked(t), "a int64\n1\n")
	defer b.Release()
	b.Value = nil
	if done := m.Run(b); done != 0 {
		t.Error("a batch without values")
	}
}
