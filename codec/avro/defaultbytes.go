package avro

import (
	"encoding/binary"
	"math"
)

// Bounds of the default of a field that a writer does not have. Java has none but its stack: a record that has itself as its default never ends.
const (
	defaultBytesMax = 1 << 20
	defaultStepsMax = 1 << 20
)

// defaultWriter writes a field's default as the value that a row without the field is read with.
type defaultWriter struct {
	dst   []byte
	steps int
}

// defaultBytes returns the bytes of a default. Errors: Java's, of one that does not fit; that makes the reader's schema useless.
// Source: ResolvingGrammarGenerator.encode.
func defaultBytes(s *Schema, n *Node) ([]byte, error) {
	var w defaultWriter
	err := w.value(s, n, 0)
	return w.dst, err
}

func (w *defaultWriter) value(s *Schema, n *Node, depth int) error {
	if w.steps++; w.steps > defaultStepsMax || len(w.dst) > defaultBytesMax || depth > SchemaDepthMax {
		return typeError("a default of more than 1 MiB, or without end")
	}
	switch s.Type {
	case Record:
		return w.record(s, n, depth)
	case Array, Map:
		return w.items(s, n, depth)
	case Union:
		w.int(0)
		return w.value(s.Types[0], n, depth+1)
	case Enum:
		for i, sym := range s.Symbols {
			if n.Kind == NodeString && n.Text == sym {
				w.int(int64(i))
				return nil
			}
		}
		return typeError("No such symbol: " + n.String())
	case Fixed, String, Bytes:
		return w.text(s, n)
	case Boolean:
		if n.Kind != NodeBoolean {
			return typeError("Non-boolean default for boolean: " + n.String())
		}
		b := byte(0)
		if n.Bool {
			b = 1
		}
		w.dst = append(w.dst, b)
	case Null:
		if n.Kind != NodeNull {
			return typeError("Non-null default value for null type: " + n.String())
		}
	default:
		return w.number(s, n)
	}
	return nil
}

func (w *defaultWriter) int(v int64) { w.dst = binary.AppendVarint(w.dst, v) }

func (w *defaultWriter) number(s *Schema, n *Node) error {
	if !n.isNumber() {
		return typeError("Non-numeric default value for " + s.Type.String() + ": " + n.String())
	}
	switch s.Type {
	case Int:
		w.int(int64(n.int()))
	case Long:
		w.int(n.long())
	case Float:
		w.dst = binary.LittleEndian.AppendUint32(w.dst, math.Float32bits(float32(n.double())))
	case Double:
		w.dst = binary.LittleEndian.AppendUint64(w.dst, math.Float64bits(n.double()))
	}
	return nil
}

func (w *defaultWriter) text(s *Schema, n *Node) error {
	if n.Kind != NodeString {
		return typeError("Non-string default value for " + s.Type.String() + ": " + n.String())
	}
	switch s.Type {
	case String:
		w.int(int64(len(n.Text)))
		w.dst = append(w.dst, n.Text...)
	case Bytes:
		b := latin1(n.Text)
		w.int(int64(len(b)))
		w.dst = append(w.dst, b...)
	case Fixed:
		b := latin1(n.Text)
		w.dst = append(w.dst, b[:min(len(b), int(s.Size))]...)
		if more := int(s.Size) - len(b); more > 0 {
			if more > defaultBytesMax {
				return typeError("a default of more than 1 MiB, or without end")
			}
			w.dst = append(w.dst, make([]byte, more)...)
		}
	}
	return nil
}

func (w *defaultWriter) record(s *Schema, n *Node, depth int) error {
	for i := range s.Fields {
		f := &s.Fields[i]
		v := f.Default
		if n.Kind == NodeObject {
			if own := n.Member(f.Name); own != nil {
				v = own
			}
		}
		if v == nil {
			return typeError("No default value for: " + f.Name)
		}
		if err := w.value(f.Schema, v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// items writes an array or a map; what is neither in JSON is empty.
func (w *defaultWriter) items(s *Schema, n *Node, depth int) error {
	if len(n.Items) > 0 && (s.Type == Array || n.Kind == NodeObject) {
		w.int(int64(len(n.Items)))
		for i := range n.Items {
			if s.Type == Map {
				w.int(int64(len(n.Names[i])))
				w.dst = append(w.dst, n.Names[i]...)
			}
			if err := w.value(s.Elem, &n.Items[i], depth+1); err != nil {
				return err
			}
		}
	}
	w.int(0)
	return nil
}
