package postgres

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/wire"
)

// copying reads the rows of a part of a table with COPY in binary form, on a connection of its own.
//
// What next has decoded lies in cells, as tuples over buf; drop ends its use.
type copying struct {
	of     *progress
	table  *table
	reader *wire.Reader

	segments []wire.Segment
	hold     *batch.Batch
	buf      []byte
	cells    []pgoutput.Cell
	header   bool  // was read
	ended    bool  // all rows are there
	cut      error // why nothing comes behind segments
}

// copySignature begins a COPY in binary form; flags and the size of an extension follow, 8 bytes.
const copySignature = "PGCOPY\n\xff\r\n\x00"

// startCopy opens a connection in the exported snapshot and starts to copy.
func (t *task) startCopy(ctx context.Context, p part, snapshot string, statements map[string]string) (*copying, error) {
	c, err := t.set.address.connect(ctx, false)
	if err != nil {
		return nil, err
	}
	begin := "begin transaction isolation level repeatable read read only; set transaction snapshot " + quoteText(snapshot)
	if _, err := c.Exec(ctx, begin).ReadAll(); err != nil {
		_ = c.Close(ctx) // broken, or of no use
		return nil, cut(connectors.Errorf("postgres: snapshot %s: %w", snapshot, err))
	}
	conn, err := takeOver(ctx, c)
	if err != nil {
		return nil, err
	}
	of := p.of.table
	command := copyCommand(of, statements[of.id()], p.where())
	reader, err := wire.Start(ctx, conn, t.tc.Pool(), command, nil, 0)
	if err != nil {
		_ = conn.Close() // broken, or of no use
		return nil, cut(connectors.Errorf("postgres: %s: %w", command, err))
	}
	t.log.Info("snapshot of a table", "table", of.id(), "from_block", p.from, "to_block", p.to)
	return &copying{of: p.of, table: of, reader: reader}, nil
}

// copyCommand selects the columns that records have, from the table or what a statement makes of it, where a condition
// holds, if there is one; types without a binary decoder come as text.
func copyCommand(t *table, statement, where string) string {
	want := make([]string, len(t.columns))
	for _, f := range append(t.fields[:len(t.fields):len(t.fields)], t.keys...) {
		if want[f.column] = quoteName(t.columns[f.column].name); !f.decoder.Binary {
			want[f.column] = textOf(&t.columns[f.column])
		}
	}
	for i := range want {
		if want[i] == "" {
			want[i] = "null"
		}
	}
	if len(want) == 0 {
		want = []string{"null"}
	}
	from := quoteName(t.schema) + "." + quoteName(t.name)
	if statement != "" {
		from = "(" + statement + ") millrace_snapshot"
	}
	if where != "" {
		from += " WHERE " + where
	}
	return "COPY (SELECT " + strings.Join(want, ", ") + " FROM " + from + ") TO STDOUT (FORMAT binary)"
}

// textOf is a column's value as the stream writes it. A cast to text is another one for some types: inet has the length of its
// network even where it is a host.
func textOf(c *catalogColumn) string {
	text := "pg_catalog.concat(" + quoteName(c.name) + ")"
	if !c.required {
		text = "CASE WHEN " + quoteName(c.name) + " IS NULL THEN NULL ELSE " + text + " END"
	}
	return text
}

// count returns how many tuples there are.
func (c *copying) count() int {
	if w := len(c.table.columns); w > 0 {
		return len(c.cells) / w
	}
	return 0
}

// next decodes up to most rows beside those that are there. more: there is something new, rows or the end.
//
// A row is taken once it is known what follows it, so that the last one is known for what it is.
func (c *copying) next(most int) (more bool, err error) {
	if err := c.take(); err != nil || len(c.segments) == 0 {
		return false, err
	}
	s := &c.segments[0]
	c.hold, c.buf = s.Hold, s.Buf
	for s.From < s.To && !c.ended && c.count() < most {
		from, to := s.Frame()
		switch s.Buf[s.From] {
		case 'd':
			end, known := c.after(to)
			if !known {
				if c.cut != nil {
					return false, c.broken(c.cut)
				}
				return more, nil
			}
			if err := c.row(s.Buf, from, to); err != nil {
				return false, connectors.Errorf("postgres: snapshot of table %s: %w", c.table.id(), err)
			}
			c.ended = c.ended || end
		case 'c':
			c.ended = true
		case 'E':
			return false, c.broken(wire.ServerError(s.Buf[from:to]))
		}
		s.From, more = to, true
	}
	return more, nil
}

// take adds what the reader has, unless there is more than the segment that is decoded: the reader reads on once all was
// taken. What goes on where the last segment ended becomes part of it.
func (c *copying) take() error {
	n := len(c.segments)
	if n > 1 {
		return nil
	}
	all, err := c.reader.Take(c.segments)
	c.segments = all
	if err != nil && n == 0 {
		return c.broken(err)
	}
	c.cut = err
	for n > 0 && n < len(all) && all[n].Hold == all[n-1].Hold && all[n].From == all[n-1].To {
		all[n-1].To = all[n].To
		all[n].Hold.Release()
		all = slices.Delete(all, n, n+1)
		c.segments = all
	}
	return nil
}

// after looks at the frame behind the one that ends at to in the first segment. end: it is the trailer.
func (c *copying) after(to int) (end, known bool) {
	s := c.segments[0]
	if s.From = to; s.From == s.To {
		if len(c.segments) == 1 {
			return false, false
		}
		s = c.segments[1]
	}
	from, to := s.Frame()
	return s.Buf[s.From] == 'c' || trailer(s.Buf[from:to]), true
}

func trailer(body []byte) bool { return len(body) == 2 && body[0] == 0xff && body[1] == 0xff }

// row reads a tuple: Int16 number of values, and each an Int32 size and its bytes.
func (c *copying) row(buf []byte, from, to int) error {
	width := len(c.table.columns)
	if !c.header {
		if !bytes.HasPrefix(buf[from:to], []byte(copySignature)) || to-from < len(copySignature)+8 {
			return errors.New("no COPY in binary form")
		}
		at := from + len(copySignature) + 4
		from = at + 4 + int(binary.BigEndian.Uint32(buf[at:]))
		if c.header = true; from == to {
			return nil
		}
	}
	if to-from < 2 {
		return io.ErrUnexpectedEOF
	}
	n := int(int16(binary.BigEndian.Uint16(buf[from:])))
	if n == -1 {
		c.ended = true
		return nil
	}
	if n != max(width, 1) {
		return fmt.Errorf("%d values in a row of %d columns", n, width)
	}
	pos := from + 2
	for range n {
		if to-pos < 4 {
			return io.ErrUnexpectedEOF
		}
		size := int32(binary.BigEndian.Uint32(buf[pos:]))
		pos += 4
		if size < 0 {
			c.cells = append(c.cells, pgoutput.Cell{Len: pgoutput.Null})
			continue
		}
		if int(size) > to-pos {
			return io.ErrUnexpectedEOF
		}
		c.cells = append(c.cells, pgoutput.Cell{Pos: uint32(pos), Len: size})
		pos += int(size)
	}
	return nil
}

// keepLast leaves the last tuple alone.
func (c *copying) keepLast() {
	w := len(c.table.columns)
	copy(c.cells, c.cells[len(c.cells)-w:])
	c.cells = c.cells[:w]
}

// drop ends the use of what next has decoded.
func (c *copying) drop() {
	c.cells = c.cells[:0]
	if len(c.segments) > 0 && c.segments[0].From == c.segments[0].To {
		c.segments[0].Hold.Release()
		c.segments = append(c.segments[:0], c.segments[1:]...)
	}
}

func (c *copying) broken(err error) error {
	return connectors.Retriable(connectors.Errorf("postgres: snapshot of table %s: %w", c.table.id(), err))
}

// close ends the connection.
func (c *copying) close() error {
	err := c.reader.Close()
	for _, s := range c.segments {
		s.Hold.Release()
	}
	c.segments = nil
	return err
}
