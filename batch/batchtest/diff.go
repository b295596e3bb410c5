package batchtest

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/millrace/millrace/batch"
)

// diffMax is how many differences a text names.
const diffMax = 10

// Diff compares two batches row by row: envelope, schemas, values, headers, selection, failures. It
// returns "" for equal ones, otherwise the first differences, a line each. Forms do not count: a
// constant equals a plain column of the same values.
func Diff(want, got *batch.Batch) string {
	d := differ{}
	if want.Len() != got.Len() {
		return fmt.Sprintf("want %d rows, got %d\n", want.Len(), got.Len())
	}
	for i := range int32(want.Len()) {
		if w, g := selected(want, i), selected(got, i); w != g {
			d.add(i, "selected", w, g)
		}
		if w, g := want.Status.Failed(i), got.Status.Failed(i); w != g {
			d.add(i, "failed", w, g)
		}
		d.rows(i, want.Row(i), got.Row(i))
	}
	return d.String()
}

// DiffLive compares the live rows of two batches alone, by their order.
func DiffLive(want, got *batch.Batch) string {
	d := differ{}
	var w, g []batch.Row
	for r := range want.Rows() {
		w = append(w, r)
	}
	for r := range got.Rows() {
		g = append(g, r)
	}
	if len(w) != len(g) {
		return fmt.Sprintf("want %d live rows, got %d\n", len(w), len(g))
	}
	for i := range w {
		d.rows(int32(i), w[i], g[i])
	}
	return d.String()
}

// DiffColumns compares two columns row by row, schemas too.
func DiffColumns(want, got *batch.Column) string {
	if want.Len() != got.Len() {
		return fmt.Sprintf("want %d rows, got %d\n", want.Len(), got.Len())
	}
	d := differ{}
	for i := range int32(want.Len()) {
		d.cell(i, "value", want.SchemaOf(int(i)), want.Value(int(i)), got.SchemaOf(int(i)), got.Value(int(i)))
	}
	return d.String()
}

type differ struct {
	lines []string
	more  int
}

func (d *differ) add(row int32, what string, want, got any) {
	if len(d.lines) == diffMax {
		d.more++
		return
	}
	d.lines = append(d.lines, fmt.Sprintf("row %d: %s: want %v, got %v", row, what, want, got))
}

func (d *differ) String() string {
	if len(d.lines) == 0 {
		return ""
	}
	s := strings.Join(d.lines, "\n") + "\n"
	if d.more > 0 {
		s += fmt.Sprintf("and %d more\n", d.more)
	}
	return s
}

func (d *differ) rows(i int32, w, g batch.Row) {
	if a, b := w.Topic(), g.Topic(); a != b {
		d.add(i, "topic", a, b)
	}
	if a, b := w.Partition(), g.Partition(); a != b {
		d.add(i, "partition", a, b)
	}
	if a, b := w.Timestamp(), g.Timestamp(); a != b {
		d.add(i, "timestamp", a, b)
	}
	a, _ := w.Offset()
	if b, _ := g.Offset(); a != b {
		d.add(i, "offset", a, b)
	}
	d.cell(i, "key", w.KeySchema(), w.Key(), g.KeySchema(), g.Key())
	d.cell(i, "value", w.ValueSchema(), w.Value(), g.ValueSchema(), g.Value())
	wh, gh := w.Headers(), g.Headers()
	if len(wh) != len(gh) {
		d.add(i, "headers", len(wh), len(gh))
		return
	}
	for k := range wh {
		if wh[k].Key != gh[k].Key || !bytes.Equal(wh[k].Raw, gh[k].Raw) || wh[k].Decoded != gh[k].Decoded {
			d.add(i, "header", wh[k].Key, gh[k].Key)
		}
		d.cell(i, "header "+wh[k].Key, wh[k].Schema, wh[k].Value, gh[k].Schema, gh[k].Value)
	}
}

func (d *differ) cell(i int32, what string, ws *batch.Schema, w batch.Value, gs *batch.Schema, g batch.Value) {
	if !ws.Equal(gs) {
		d.add(i, what+" schema", ws, gs)
	}
	if !w.Equal(g) {
		d.add(i, what, string(batch.AppendLiteral(nil, ws, w)), string(batch.AppendLiteral(nil, gs, g)))
	}
}

func selected(b *batch.Batch, i int32) bool {
	if b.Sel == nil {
		return true
	}
	for _, s := range b.Sel {
		if s == i {
			return true
		}
	}
	return false
}
