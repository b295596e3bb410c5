package postgres

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc/postgres/wire"
)

// copyStream is what a server sends for COPY of rows with one text column, in binary form.
func copyStream(rows []string) []byte {
	frame := func(dst []byte, kind byte, body []byte) []byte {
		dst = append(dst, kind)
		return append(binary.BigEndian.AppendUint32(dst, uint32(4+len(body))), body...)
	}
	header := append([]byte(copySignature), 0, 0, 0, 0, 0, 0, 0, 0)
	var out []byte
	for _, r := range rows {
		header = append(header, 0, 1)
		header = binary.BigEndian.AppendUint32(header, uint32(len(r)))
		out, header = frame(out, 'd', append(header, r...)), nil
	}
	out = frame(out, 'd', append(header, 0xff, 0xff))
	out = frame(out, 'c', nil)
	return frame(out, 'C', []byte("COPY\x00"))
}

// startCopying serves a stream in two pieces to a copying. It ends the connection behind them, or leaves it open.
func startCopying(t *testing.T, stream []byte, cut int, ends bool) *copying {
	t.Helper()
	pool := batch.NewPool(mem.Checked(t))
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		var head [5]byte
		if _, err := io.ReadFull(theirs, head[:]); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, theirs, int64(binary.BigEndian.Uint32(head[1:]))-4); err != nil {
			return
		}
		for _, part := range [][]byte{{'H', 0, 0, 0, 7, 1, 0, 0}, stream[:cut], stream[cut:]} {
			if _, err := theirs.Write(part); err != nil {
				return
			}
		}
		if ends {
			return
		}
		_, _ = io.Copy(io.Discard, theirs) // until the other side closes
	}()
	r, err := wire.Start(t.Context(), ours, pool, "COPY", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return &copying{table: &table{catalogTable: catalogTable{columns: make([]catalogColumn, 1)}}, reader: r}
}

// TestCopying_Split cuts the stream at every byte: all rows come in order, and the last one comes with the end.
func TestCopying_Split(t *testing.T) {
	for _, rows := range [][]string{nil, {"a"}, {"one", "", "three"}} {
		stream := copyStream(rows)
		for cut := range stream {
			c := startCopying(t, stream, cut, false)
			var have []string
			for !c.ended {
				more, err := c.next(2)
				if err != nil {
					t.Fatal(err)
				}
				if !more {
					<-c.reader.Ready()
					continue
				}
				for _, cell := range c.cells {
					have = append(have, string(c.buf[cell.Pos:int(cell.Pos)+int(cell.Len)]))
				}
				if len(c.cells) == 0 && len(rows) > 0 {
					t.Fatalf("%d rows cut at %d: an end without a row", len(rows), cut)
				}
				c.drop()
			}
			if fmt.Sprint(have) != fmt.Sprint(rows) {
				t.Fatalf("%q cut at %d: %q", rows, cut, have)
			}
			if err := c.close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestCopying_Cut ends the connection after every byte: what is missing is noticed, and never waited for.
func TestCopying_Cut(t *testing.T) {
	stream := copyStream([]string{"one", "", "three"})
	const behind = len("c....") + len("C....COPY\x00") // what follows the trailer of the rows
	for cut := range len(stream) - behind {
		c := startCopying(t, stream[:cut], cut, true)
		var err error
		for !c.ended && err == nil {
			var more bool
			if more, err = c.next(2); err == nil && !more {
				<-c.reader.Ready()
			}
			c.drop()
		}
		if err == nil {
			t.Errorf("cut at %d of %d: no error", cut, len(stream))
		}
		if err := c.close(); err != nil {
			t.Error(err)
		}
	}
}
