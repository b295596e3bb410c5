package debezium

import (
	"bytes"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// topicWriter gives rows other topics: one entry a distinct name, an index a row.
type topicWriter struct {
	names []string
	index []int32
	at    map[string]int32
}

// newTopicWriter starts with the topics of b.
func newTopicWriter(b *batch.Batch) *topicWriter {
	w := &topicWriter{names: slices.Clone(b.Topics.Names), index: mem.Zeroed[int32](&b.Arena, b.Len()), at: map[string]int32{}}
	if len(w.names) == 0 {
		w.names = []string{""}
	}
	copy(w.index, b.Topics.Index)
	for i, name := range w.names {
		w.at[name] = int32(i)
	}
	return w
}

// number returns the entry of a name.
func (w *topicWriter) number(name string) int32 {
	at, ok := w.at[name]
	if !ok {
		at = int32(len(w.names))
		w.names = append(w.names, name)
		w.at[name] = at
	}
	return at
}

// route gives rows the topics that a STRING column names; null and blank names leave theirs. Names are looked
// up where they change from row to row.
func (w *topicWriter) route(b *batch.Batch, c *batch.Column, rows batch.Selection) {
	w.routeAs(b, c, rows, func(name []byte) (int32, error) {
		if java.Trim(string(name)) == "" {
			return -1, nil
		}
		return w.number(string(name)), nil
	})
}

// routeAs gives rows the topics whose number is the answer for their name in a STRING column; -1 leaves
// theirs, an error fails the row.
func (w *topicWriter) routeAs(b *batch.Batch, c *batch.Column, rows batch.Selection, number func(name []byte) (int32, error)) {
	var last []byte
	at, err := int32(-1), error(nil)
	for n, i := range columnar.Listed(b, rows) {
		name := textAt(c, int(i))
		if n == 0 || !bytes.Equal(name, last) || (name == nil) != (last == nil) {
			last = name
			at, err = number(name)
		}
		switch {
		case err != nil:
			b.Status.Fail(i, b.Len(), err)
		case at >= 0:
			w.index[i] = at
		}
	}
}

// write makes the topics those of b.
func (w *topicWriter) write(b *batch.Batch) {
	b.Topics = batch.Topics{Names: w.names, Index: w.index}
}

// textAt returns the text of row i of a STRING column, nil where it is null.
func textAt(c *batch.Column, i int) []byte {
	switch c.Form() {
	case batch.FormConstant:
		if c.Const.IsNull() {
			return nil
		}
		return []byte(c.Const.Str())
	case batch.FormDictionary:
		if !c.Valid.Has(i) {
			return nil
		}
		return textAt(c.Dict, int(c.Index[i]))
	}
	text, _ := c.Get(i)
	return text
}
