package explain

import (
	"fmt"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/errant"
)

// Outcome is what a transform did with a record.
type Outcome string

// The outcomes.
const (
	Changed   Outcome = "changed"
	Unchanged Outcome = "unchanged"
	Skipped   Outcome = "skipped" // the predicate said no
	Dropped   Outcome = "dropped"
	Failed    Outcome = "failed"
)

// Trace is what became of one record.
type Trace struct {
	Record  *Record
	Start   *State // nil: converters refused the record
	Steps   []StepTrace
	Failure *Failure // nil: nothing failed
	Encoded *Encoded // of sources, if nothing failed
}

// StepTrace is one transform's work on a record.
type StepTrace struct {
	Alias, Class string
	Outcome      Outcome
	After        *State   // nil where the record is no more
	Writes       []string // paths of values that were written, rather than moved or shared by all rows
}

// Failure is why a record failed.
type Failure struct {
	Stage string // Java's name, such as TRANSFORMATION
	Class string // Java class that was executing
	Java  string // Java class of the exception
	Text  string
}

// Encoded is what a source's record would be produced with; nil is null.
type Encoded struct{ Key, Value []byte }

// State is a record between two transforms. It owns its memory.
type State struct {
	Topic                  string
	Partition              int32 // batch.NoPartition: none
	Timestamp              int64 // batch.NoTimestamp: none
	KeySchema, ValueSchema *batch.Schema
	Key, Value             batch.Value
	Headers                []batch.Header
}

func (t *Trace) fail(e errant.RowError) {
	text := errant.Message(e.Err)
	t.Failure = &Failure{Stage: e.Stage.String(), Class: e.Class, Java: errant.Class(e.Err), Text: text}
	if full := e.Err.Error(); len(full) > len(text) {
		t.Failure.Text = full
	}
}

// Final is the record after the last transform, nil if it was dropped or failed.
func (t *Trace) Final() *State {
	switch {
	case t.Failure != nil, t.Start == nil:
		return nil
	case len(t.Steps) == 0:
		return t.Start
	}
	return t.Steps[len(t.Steps)-1].After
}

// stateOf copies the one live row of b.
func stateOf(b *batch.Batch) *State {
	for r := range b.Rows() {
		return &State{Topic: r.Topic(), Partition: r.Partition(), Timestamp: r.Timestamp(),
			KeySchema: r.KeySchema(), Key: r.Key(), ValueSchema: r.ValueSchema(), Value: r.Value(), Headers: slices.Clone(r.Headers())}
	}
	return nil
}

func (s *State) equal(o *State) bool {
	return s.Topic == o.Topic && s.Partition == o.Partition && s.Timestamp == o.Timestamp &&
		s.KeySchema.Equal(o.KeySchema) && s.ValueSchema.Equal(o.ValueSchema) && s.Key.Equal(o.Key) && s.Value.Equal(o.Value) &&
		slices.EqualFunc(s.Headers, o.Headers, func(a, b batch.Header) bool {
			return a.Key == b.Key && a.Schema.Equal(b.Schema) && a.Value.Equal(b.Value) && string(a.Raw) == string(b.Raw)
		})
}

// columnSet is the columns of a batch, by identity.
type columnSet map[*batch.Column]bool

func columnsOf(b *batch.Batch) columnSet {
	s := columnSet{}
	walkColumns("", b.Key, func(_ string, c *batch.Column) { s[c] = true })
	walkColumns("", b.Value, func(_ string, c *batch.Column) { s[c] = true })
	return s
}

// newIn are the paths of columns with a value per row that b has and the set has not.
func (s columnSet) newIn(b *batch.Batch) (paths []string) {
	note := func(path string, c *batch.Column) {
		if !s[c] && c.Form() != batch.FormConstant && c.Form() != batch.FormDictionary && !container(c) {
			paths = append(paths, path)
		}
	}
	walkColumns("key", b.Key, note)
	walkColumns("value", b.Value, note)
	return paths
}

// container reports whether a column's content is in its members alone.
func container(c *batch.Column) bool {
	switch {
	case c.Form() == batch.FormDynamic:
		return c.Len() > 0 && c.Dyn.Tag(0) == batch.TagMap
	case c.Form() == batch.FormPlain:
		return c.Schema().Kind() == batch.KindStruct
	}
	return false
}

func walkColumns(path string, c *batch.Column, f func(path string, c *batch.Column)) {
	if c == nil {
		return
	}
	f(path, c)
	switch {
	case c.Form() == batch.FormDynamic:
		for _, m := range c.Dyn.Fields {
			if m.Column.Len() > 0 && !m.Column.IsNull(0) {
				walkColumns(path+"."+m.Name, m.Column, f)
			}
		}
	case c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindStruct:
		for i, child := range c.Children {
			walkColumns(path+"."+c.Schema().Fields()[i].Name, child, f)
		}
	}
}

// String says what failed and why.
func (f *Failure) String() string {
	return fmt.Sprintf("%s in %s: %s: %s", f.Stage, simpleName(f.Class), simpleName(f.Java), f.Text)
}
