package file

import (
	"context"
	"os"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java/datetext"
)

// writeBytes is how much text is gathered before a write. Each task keeps as much between Puts, and a worker may have many.
const writeBytes = 128 << 10

// sinkTask appends lines. Source: FileStreamSinkTask.
type sinkTask struct {
	stdout *os.File
	def    *config.Def

	name string // "": standard output
	out  *os.File
	java literal.JavaText
	text []byte // whole lines that are not written yet; empty between Puts

	regular bool // out can be made durable: no terminal, pipe or device
}

var (
	_ connectors.SinkTask  = (*sinkTask)(nil)
	_ connectors.Flusher   = (*sinkTask)(nil)
	_ connectors.Projector = (*sinkTask)(nil)
)

// Start opens the file, which is created if absent.
func (t *sinkTask) Start(_ context.Context, _ connectors.SinkTaskContext, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	t.java.Zone = datetext.ZoneFor(time.Local)
	t.name, t.out = v.String(fileKey), t.stdout
	if t.name == "" {
		return nil
	}
	if t.out, err = os.OpenFile(t.name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666); err != nil {
		return connectors.Errorf("Couldn't find or create file '%s' for FileStreamSinkTask: %w", t.name, cause(err))
	}
	info, err := t.out.Stat()
	t.regular = err == nil && info.Mode().IsRegular()
	return nil
}

// Projection says that keys are not read.
func (t *sinkTask) Projection() (key, value *batch.Projection) {
	return &batch.Projection{None: true}, nil
}

// Put appends a line for each row, all of them before it returns.
func (t *sinkTask) Put(_ context.Context, batches []*batch.Batch) error {
	for len(batches) > 0 {
		n := connectors.Interleaved(batches)
		var err error
		if n == 1 {
			err = t.column(batches[0])
		} else {
			err = connectors.EachRow(batches[:n], func(r batch.Row) error { return t.line(r.Batch().Value, r.Index()) })
		}
		if err != nil {
			t.text = t.text[:0]
			return err
		}
		batches = batches[n:]
	}
	return t.write()
}

// column appends the lines of one batch.
func (t *sinkTask) column(b *batch.Batch) error {
	c := b.Value
	if c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindString {
		if c.Valid == nil && b.Sel == nil && !b.Status.Any() {
			return t.allTexts(c)
		}
		return t.texts(b, c)
	}
	for r := range b.Rows() {
		if err := t.line(c, r.Index()); err != nil {
			return err
		}
	}
	return nil
}

// allTexts appends every row of a text column without nulls.
func (t *sinkTask) allTexts(c *batch.Column) error {
	for i := range c.Views {
		t.text = append(append(t.text, c.At(i)...), '\n')
		if len(t.text) >= writeBytes {
			if err := t.write(); err != nil {
				return err
			}
		}
	}
	return nil
}

// texts appends the live rows of a text column.
func (t *sinkTask) texts(b *batch.Batch, c *batch.Column) error {
	for k := range b.Live() {
		i := k
		if b.Sel != nil {
			i = int(b.Sel[k])
		}
		if b.Status.Failed(int32(i)) {
			continue
		}
		if text, ok := c.Get(i); ok {
			t.text = append(t.text, text...)
		} else {
			t.text = append(t.text, "null"...)
		}
		if t.text = append(t.text, '\n'); len(t.text) >= writeBytes {
			if err := t.write(); err != nil {
				return err
			}
		}
	}
	return nil
}

// line appends one value.
func (t *sinkTask) line(c *batch.Column, row int32) error {
	t.java.Linked = c.Dyn != nil && c.Dyn.Linked
	t.text = append(t.java.Append(t.text, c.Value(int(row))), '\n')
	if len(t.text) >= writeBytes {
		return t.write()
	}
	return nil
}

// write writes whole lines, so that lines of several tasks do not mix.
func (t *sinkTask) write() error {
	if len(t.text) == 0 {
		return nil
	}
	_, err := t.out.Write(t.text)
	t.text = t.text[:0]
	if cap(t.text) > 2*writeBytes {
		t.text = nil
	}
	if err != nil {
		return connectors.Errorf("file %q: write: %w", orElse(t.name, "standard output"), cause(err))
	}
	return nil
}

// Flush makes a file durable before offsets are committed; Java leaves that to the operating system.
func (t *sinkTask) Flush(context.Context, map[connectors.TopicPartition]int64) error {
	if !t.regular {
		return nil
	}
	if err := t.out.Sync(); err != nil {
		return connectors.Errorf("file %q: flush: %w", t.name, cause(err))
	}
	return nil
}

// Stop closes the file.
func (t *sinkTask) Stop(context.Context) error {
	if t.out == nil || t.out == t.stdout {
		return nil
	}
	return t.out.Close()
}
