package pgoutput

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// change is a row change as the plain twin of the decoder has it.
type change struct {
	op       byte
	old, new []string // "n", "u", or "t" and the text; nil: no tuple
}

// plainChange reads an insert, update or delete of a relation of n columns byte by byte.
func plainChange(m []byte, n int) (c change, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	r := bytes.NewReader(m)
	next := func(size int) []byte {
		if size < 0 || size > r.Len() {
			panic(io.ErrUnexpectedEOF)
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(r, b); err != nil {
			panic(err)
		}
		return b
	}
	tuple := func() (out []string) {
		out = []string{}
		if got := int(binary.BigEndian.Uint16(next(2))); got != n {
			panic(fmt.Errorf("%d columns", got))
		}
		for range n {
			switch k := next(1)[0]; k {
			case 't', 'b':
				out = append(out, "t"+string(next(int(int32(binary.BigEndian.Uint32(next(4)))))))
			case 'n', 'u':
				out = append(out, string(k))
			default:
				panic(errors.New("kind"))
			}
		}
		return out
	}
	c.op = next(1)[0]
	if id := binary.BigEndian.Uint32(next(4)); id != 7 {
		return c, errors.New("relation")
	}
	mark := next(1)[0]
	full := mark == 'O'
	if c.op != 'I' && (mark == 'K' || full) {
		c.old = tuple()
		if c.op == 'U' {
			mark = next(1)[0]
		}
	}
	if c.op == 'D' && c.old == nil {
		return c, errors.New("no old tuple")
	}
	if c.op != 'D' {
		if mark != 'N' {
			return c, errors.New("no new tuple")
		}
		c.new = tuple()
	}
	for i := range c.new {
		if full && c.new[i] == "u" && c.old[i][0] == 't' {
			c.new[i] = c.old[i]
		}
	}
	if r.Len() > 0 {
		return c, errors.New("bytes are left")
	}
	return c, nil
}

// fast returns what the decoder made of row i, in the same form.
func fast(r *Rows, i int, buf []byte) change {
	tuple := func(t int32) []string {
		if t == None {
			return nil
		}
		out := []string{}
		for _, c := range r.Tuple(t) {
			switch c.Len {
			case Null:
				out = append(out, "n")
			case Unchanged:
				out = append(out, "u")
			default:
				out = append(out, "t"+string(buf[c.Pos:int(c.Pos)+int(c.Len)]))
			}
		}
		return out
	}
	return change{r.Ops[i], tuple(r.Old[i]), tuple(r.New[i])}
}
