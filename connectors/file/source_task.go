package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

const (
	// idleWait is how long a Poll without data waits. Source: FileStreamSourceTask.poll.
	idleWait = time.Second
	// lookEvery is how often it looks for data meanwhile.
	lookEvery = 50 * time.Millisecond

	// bufferBytes is what one read asks for: 256 KiB keep the cost of a system call below 1 ns a line.
	bufferBytes = 256 << 10
	// roomMin is the least room worth a read; with less, what is left moves to a new buffer.
	roomMin = bufferBytes / 8
	// lineBytesMax bounds a line, and with it a buffer.
	lineBytesMax = 1 << 30
)

// sourceTask reads lines. Source: FileStreamSourceTask.
//
// Lines are views into buf, which the batch hold owns: every batch of lines keeps hold alive, and the
// task goes on reading into the rest of buf, which nobody else looks at.
// Invariant: 0 <= from <= scanned <= to <= len(buf).
type sourceTask struct {
	stdin *os.File
	def   *config.Def

	tc         connectors.SourceTaskContext
	name       string // "": standard input
	topics     []string
	batchSize  int
	partitions []batch.Value

	in      *os.File
	pipe    bool // in is no regular file: a read may wait
	missing bool // the file was not there when it was looked for last

	hold              *batch.Batch
	buf               []byte
	from, scanned, to int   // first byte of the next line; no end of a line before scanned; read so far
	position          int64 // of from

	found   lines
	decoded []byte // lines that were malformed UTF-8
}

var _ connectors.SourceTask = (*sourceTask)(nil)

// Start reads the config. A file is opened by Poll, which waits for it to appear.
func (t *sourceTask) Start(_ context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	t.tc = tc
	t.topics = []string{v.String(topicKey)}
	t.batchSize = max(1, int(v.Int32(batchSizeKey))) // Java returns a line where the bound is 0 or less
	filename := batch.Null()
	if name, ok := v.OptString(fileKey); ok {
		t.name, filename = name, batch.StringValue(name)
	}
	t.partitions = []batch.Value{single(filenameField, filename)}
	if t.name == "" {
		t.in, t.pipe = t.stdin, true
	}
	return nil
}

// Poll returns the lines that are complete, at most batch.size. Without any it waits up to a second.
func (t *sourceTask) Poll(ctx context.Context) ([]*batch.Batch, error) {
	for end := time.Now().Add(idleWait); ; {
		b, err := t.next(ctx)
		if err != nil {
			return nil, err
		}
		if b != nil {
			return []*batch.Batch{b}, nil
		}
		if rest := time.Until(end); rest <= 0 || !connectors.Wait(ctx, min(rest, lookEvery)) {
			return nil, nil
		}
	}
}

// next returns a batch of the complete lines that are there now, nil if there are none.
func (t *sourceTask) next(ctx context.Context) (*batch.Batch, error) {
	if t.in == nil {
		if ok, err := t.open(ctx); !ok {
			return nil, err
		}
	}
	for {
		t.found.reset()
		first := t.from
		t.from, t.scanned = t.found.split(t.buf[:t.to], t.from, t.scanned, t.batchSize)
		if len(t.found.views) > 0 {
			return t.batch(first), nil
		}
		n, err := t.read(ctx)
		if n == 0 {
			return nil, err
		}
	}
}

// open opens the file at the committed offset; false: it is not there, or the error.
func (t *sourceTask) open(ctx context.Context) (bool, error) {
	f, err := os.OpenFile(t.name, openFlags, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if !t.missing {
			t.missing = true
			t.tc.Logger().Warn("file not found, waiting for it to be created", "file", t.name)
		}
		return false, nil
	}
	if err != nil {
		return false, connectors.Errorf("file %q: open: %w", t.name, cause(err))
	}
	if err := t.seek(ctx, f); err != nil {
		return false, errors.Join(err, f.Close())
	}
	t.in, t.missing = f, false
	return true, nil
}

// seek skips what was read before a restart.
func (t *sourceTask) seek(ctx context.Context, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return connectors.Errorf("file %q: %w", t.name, cause(err))
	}
	if info.IsDir() {
		return connectors.Errorf("file %q: is a directory: name a file", t.name)
	}
	t.pipe = !info.Mode().IsRegular()
	offsets, err := t.tc.OffsetReader().Offsets(ctx, t.partitions)
	if err != nil {
		return err
	}
	position, _ := member(offsets[0], positionField)
	switch position.Tag() {
	case batch.TagNull:
		return nil
	case batch.TagInt64:
	default:
		return connectors.Errorf("Offset position is the incorrect type")
	}
	t.position = position.Int()
	if t.position <= 0 {
		return nil
	}
	// Past the end of the file too: reading goes on once it has grown.
	if _, err := f.Seek(t.position, io.SeekStart); err != nil {
		return connectors.Errorf("file %q: skip to position %d: %w", t.name, t.position, cause(err))
	}
	return nil
}

// read reads once and returns how many bytes; 0 without error: none are there now.
func (t *sourceTask) read(ctx context.Context) (int, error) {
	if t.pipe {
		if ok, err := ready(t.in); !ok || err != nil {
			return 0, t.readError(ctx, err)
		}
	}
	if len(t.buf)-t.to < roomMin {
		if err := t.grow(); err != nil {
			return 0, err
		}
	}
	n, err := t.in.Read(t.buf[t.to:])
	t.to += n
	if n > 0 || err == nil || err == io.EOF {
		return n, nil
	}
	return 0, t.readError(ctx, err)
}

// readError makes an error retriable, after a while: Java goes on too.
func (t *sourceTask) readError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	connectors.Wait(ctx, idleWait)
	return connectors.Retriable(connectors.Errorf("file %q: read at position %d: %w", orElse(t.name, "standard input"), t.position, cause(err)))
}

// grow moves what was read and not returned to a new buffer, a larger one for a long line.
func (t *sourceTask) grow() error {
	rest := t.to - t.from
	if rest > lineBytesMax {
		return connectors.Errorf("file %q: line at position %d is longer than %d bytes", orElse(t.name, "standard input"), t.position, lineBytesMax)
	}
	hold := t.tc.Pool().New(0)
	buf := hold.Arena.Bytes(max(bufferBytes, 2*rest))
	copy(buf, t.buf[t.from:t.to])
	if t.hold != nil {
		t.hold.Release()
	}
	t.hold, t.buf = hold, buf
	t.from, t.scanned, t.to = 0, t.scanned-t.from, rest
	return nil
}

// batch returns the lines that were found, of which the first starts at byte first of buf.
func (t *sourceTask) batch(first int) *batch.Batch {
	n := len(t.found.views)
	b := t.tc.Pool().New(n)
	b.KeepAlive(t.hold)
	b.Topics.Names = t.topics
	b.Timestamps = mem.Alloc[int64](&b.Arena, n)
	now := time.Now().UnixMilli()
	for i := range b.Timestamps {
		b.Timestamps[i] = now
	}
	c := b.NewColumn(batch.Of(batch.KindString, false), n)
	c.Bufs[0] = t.buf[:t.from:t.from]
	c.Views = mem.Alloc[batch.View](&b.Arena, n)
	copy(c.Views, t.found.views)
	b.Key, b.Value = b.NullColumn(n), c

	ends := mem.Alloc[int64](&b.Arena, n)
	if isASCII(c.Bufs[0][first:]) {
		for i, e := range t.found.ends {
			ends[i] = t.position + int64(e) - int64(first)
		}
	} else {
		t.decode(b, c, ends)
	}
	t.position = ends[n-1]
	if t.name == "" {
		ends = nil
	}
	b.Source = &positions{t.partitions, ends}
	return b
}

// decode counts the UTF-16 units of lines beyond ASCII, and replaces malformed bytes.
func (t *sourceTask) decode(b *batch.Batch, c *batch.Column, ends []int64) {
	t.decoded = t.decoded[:0]
	position := t.position
	for i, v := range t.found.views {
		line := c.Bufs[0][v.Pos : v.Pos+v.Len]
		if utf8.Valid(line) {
			position += int64(utf16Units(line))
		} else {
			position += int64(java.UTF16Len(line))
			at := len(t.decoded)
			t.decoded = java.AppendUTF8(t.decoded, line)
			c.Views[i] = batch.View{Pos: uint32(at) | batch.InArena, Len: uint32(len(t.decoded) - at)}
		}
		position += int64(t.found.ends[i] - v.Pos - v.Len)
		ends[i] = position
	}
	if len(t.decoded) > 0 {
		c.Bufs[1] = b.Arena.Bytes(len(t.decoded))
		copy(c.Bufs[1], t.decoded)
	}
}

// Stop closes the file.
func (t *sourceTask) Stop(context.Context) error {
	if t.hold != nil {
		t.hold.Release()
		t.hold, t.buf = nil, nil
	}
	if t.in == nil || t.in == t.stdin {
		return nil
	}
	return t.in.Close()
}

// cause returns what a system call said, without the path that our text has.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
