package connectjson

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// sameness tells which values stand in a row as the encoder would write them: exactly the bytes that come of reading and writing them, which
// is its twin. It stores nothing. Its functions return where the value ends, or odd where it would become another text, fail, or take more
// than a look: whoever asks reads and writes it then.
//
// The row is b[:n], with slack behind it.
type sameness struct {
	b     []byte
	n     int
	depth int // arrays and objects around the value

	members []sighted // of the objects that are being read and left their templates
	hashes  []int32
	scratch []byte
}

// sighted is a member of such an object.
type sighted struct {
	hash       int32
	start, end int // of a name that the template lacks
	before     int // the place in the template that it belongs before, -1 for a member of the template
}

// sameDepthMax is how deep values nest at most that are looked at.
const sameDepthMax = batch.DynamicDepthMax

// value looks at the value at b[i].
func (s *sameness) value(p *pattern, i int) int {
	b, n := s.b, s.n
	if i >= n {
		return odd
	}
	switch {
	case p.op == opDynamic:
		return s.dynamic(p, i)
	case b[i] == 'n':
		if p.nullable && i+4 <= n && jsonscan.MatchNull(b, i) {
			return i + 4
		}
		return odd
	}
	switch p.op {
	case opString:
		if b[i] == '"' {
			return jsonscan.SameString(b, i, n, &s.scratch)
		}
	case opInt64, opTimestamp:
		if end, decimal := jsonscan.SameNumber(b, i, n); !decimal {
			return end
		}
	case opInt32, opInt16, opInt8, opDate, opTime:
		return s.small(p.op, i)
	case opFloat64:
		if end, decimal := jsonscan.SameNumber(b, i, n); decimal {
			return end
		}
	case opFloat32:
		if end := jsonscan.SameFloat(b, i, n); end > 0 {
			return end
		}
	case opBoolean:
		return s.boolean(i)
	case opBytes, opDecimal:
		if b[i] == '"' {
			return jsonscan.SameBinary(b, i, n, p.op == opDecimal, &s.scratch)
		}
	case opArray:
		if b[i] == '[' {
			return s.array(p.elem, i)
		}
	case opMap, opStruct:
		if b[i] == '{' {
			return s.object(p, i)
		}
	}
	return odd
}

// dynamic looks at a schemaless value; i may be n.
func (s *sameness) dynamic(p *pattern, i int) int {
	if i >= s.n {
		return odd
	}
	switch s.b[i] {
	case '"':
		return jsonscan.SameString(s.b, i, s.n, &s.scratch)
	case '{':
		return s.object(p, i)
	case '[':
		if p.elem == nil {
			p.elem = patternOf(nil, false)
		}
		return s.array(p.elem, i)
	case 't', 'f':
		return s.boolean(i)
	case 'n':
		if i+4 <= s.n && jsonscan.MatchNull(s.b, i) {
			return i + 4
		}
		return odd
	}
	end, _ := jsonscan.SameNumber(s.b, i, s.n)
	return end
}

func (s *sameness) boolean(i int) int {
	switch {
	case i+4 <= s.n && jsonscan.MatchTrue(s.b, i):
		return i + 4
	case s.b[i] == 'f' && i+5 <= s.n && jsonscan.MatchFalse(s.b, i):
		return i + 5
	}
	return odd
}

// small looks at an integer of less than 64 bits.
func (s *sameness) small(op operation, i int) int {
	v, exp10, end := jsonscan.ScanNumber(s.b, i, s.n)
	if end < 0 || exp10 != jsonscan.IsInteger || v == 0 && s.b[i] == '-' || !fits(op, v) {
		return odd
	}
	return end
}

// array looks at an array of elements like p.
func (s *sameness) array(p *pattern, i int) int {
	if s.depth >= sameDepthMax {
		return odd
	}
	s.depth++
	i = s.elements(p, i+1)
	s.depth--
	return i
}

func (s *sameness) elements(p *pattern, i int) int {
	if i < s.n && s.b[i] == ']' {
		return i + 1
	}
	for {
		if i = s.value(p, i); i == odd || i >= s.n {
			return odd
		}
		switch s.b[i] {
		case ']':
			return i + 1
		case ',':
			i++
		default:
			return odd
		}
	}
}

// object looks at an object, whose brace is at b[i].
//
// Where the text between values is the template's, members are where a HashMap has them, and none is there twice.
func (s *sameness) object(p *pattern, i int) int {
	if s.depth >= sameDepthMax {
		return odd
	}
	s.depth++
	b, n, template := s.b, s.n, p.template
	first := uint64(jsonscan.BraceForComma)
	at := 0
	for ; at < len(template); at++ {
		l := &template[at] // Lead.Match, by hand: it is not inlined
		d := (binary.LittleEndian.Uint64(b[i:]) ^ l.Low ^ first) & l.LowMask
		d |= (binary.LittleEndian.Uint64(b[i+l.HighAt:]) ^ l.High) & l.HighMask
		if d != 0 || i+l.Size > n || l.Size > 16 && string(b[i+8:i+l.HighAt]) != l.Text[8:l.HighAt] {
			break
		}
		if i += l.Size; l.value.op == opDynamic {
			i = s.dynamic(l.value, i)
		} else {
			i = s.value(l.value, i)
		}
		if i == odd {
			s.depth--
			return odd
		}
		first = 0
	}
	p.objects++
	switch {
	case at == len(template) && first == 0 && (p.ordered || p.fixed):
		i = s.closed(i)
	case p.fixed:
		if len(template) > 0 {
			i = odd
		} else {
			i = s.closed(i + 1)
		}
	default:
		i = s.deviation(p, i, at, first)
	}
	s.depth--
	return i
}

// closed returns the position behind the brace that has to stand at b[i].
func (s *sameness) closed(i int) int {
	if i >= s.n || s.b[i] != '}' {
		return odd
	}
	return i + 1
}

// fits reports whether an integer is one of the type.
func fits(op operation, v int64) bool {
	switch op {
	case opInt8:
		return v == int64(int8(v))
	case opInt16:
		return v == int64(int16(v))
	case opTime:
		return v >= 0 && v <= jsonlogical.TimeMax
	}
	return v == int64(int32(v))
}
