package protobuf

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/java"
)

// dynamic is a message that is held as a whole. Source: DynamicMessage.
type dynamic struct {
	of     *Message
	values []*content // by Field.Index; nil: not there
}

// content is what a field has.
type content struct {
	scalar  // of a single scalar
	message *dynamic
	numbers []uint64 // of repeated numbers
	texts   [][]byte // of repeated text and bytes
	list    []*dynamic
}

func newDynamic(m *Message) *dynamic { return &dynamic{m, make([]*content, len(m.Fields))} }

// parseMessage reads the bytes of a message. Errors: *codec.Error of the class and with the text of Java.
// Source: DynamicMessage.parseFrom.
func parseMessage(m *Message, b []byte) (*dynamic, error) {
	d := newDynamic(m)
	if err := d.merge(b, 0); err != nil {
		return nil, err
	}
	var missing []string
	d.missing("", &missing)
	if len(missing) > 0 {
		return nil, invalidBytes("Message missing required fields: " + strings.Join(missing, ", "))
	}
	return d, nil
}

func invalidBytes(text string) error { return javaError(invalidProtocol, text) }

// What CodedInputStream says of bytes. Source: InvalidProtocolBufferException.
const (
	textTruncated = "While parsing a protocol message, the input ended unexpectedly in the middle of a field.  This could mean either that the input has been truncated or that an embedded message misreported its own length."
	textNegative  = "CodedInputStream encountered an embedded string or message which claimed to have negative size."
	textVarint    = "CodedInputStream encountered a malformed varint."
	textTag       = "Protocol message contained an invalid tag (zero)."
	textEnd       = "Protocol message end-group tag did not match expected tag."
	textWire      = "Protocol message tag had invalid wire type."
	textDepth     = "Protocol message had too many levels of nesting.  May be malicious.  Use setRecursionLimit() to increase the recursion depth limit."
	textUTF8      = "Protocol message had invalid UTF-8."
)

// nestingMax is how many messages may stand in each other. Source: CodedInputStream.DEFAULT_RECURSION_LIMIT.
const nestingMax = 100

// stream reads values from the bytes of one message.
type stream struct {
	b  []byte
	at int
}

func (x *stream) varint() (uint64, error) {
	v, end := varintPlain(x.b, x.at)
	if end < 0 {
		if len(x.b)-x.at < varintBytesMax {
			return 0, invalidBytes(textTruncated)
		}
		return 0, invalidBytes(textVarint)
	}
	x.at = end
	return v, nil
}

func (x *stream) take(n int) ([]byte, error) {
	if n > len(x.b)-x.at {
		return nil, invalidBytes(textTruncated)
	}
	x.at += n
	return x.b[x.at-n : x.at], nil
}

// sized reads a length and as many bytes.
func (x *stream) sized() ([]byte, error) {
	v, err := x.varint()
	if err != nil {
		return nil, err
	}
	if int32(v) < 0 {
		return nil, invalidBytes(textNegative)
	}
	return x.take(int(int32(v)))
}

// tag reads a number of a field and a wire type.
func (x *stream) tag() (number int32, wire int, err error) {
	v, err := x.varint()
	if err == nil && uint32(v)>>3 == 0 {
		err = invalidBytes(textTag)
	}
	return int32(uint32(v) >> 3), int(v & 7), err
}

// merge reads the fields in b into d. Source: MessageReflection.mergeMessageFrom.
func (d *dynamic) merge(b []byte, depth int) error {
	x := stream{b: b}
	for x.at < len(b) {
		number, wire, err := x.tag()
		if err != nil {
			return err
		}
		f := d.of.byNumber[number]
		switch {
		case f != nil && wire == f.wireType():
			err = d.single(f, &x, depth)
		case f != nil && wire == wireBytes && f.packable():
			err = d.packed(f, &x)
		default:
			err = x.skip(number, wire, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// skip passes over a field that nobody knows. Source: UnknownFieldSet.Builder.mergeFieldFrom.
func (x *stream) skip(number int32, wire, depth int) (err error) {
	switch wire {
	case wireVarint:
		_, err = x.varint()
	case wireFixed64:
		_, err = x.take(8)
	case wireFixed32:
		_, err = x.take(4)
	case wireBytes:
		_, err = x.sized()
	case wireStart:
		if depth >= nestingMax {
			return invalidBytes(textDepth)
		}
		for {
			if x.at >= len(x.b) {
				return invalidBytes(textEnd)
			}
			n, w, err := x.tag()
			if err == nil && w == wireEnd {
				if n != number {
					err = invalidBytes(textEnd)
				}
				return err
			}
			if err == nil {
				err = x.skip(n, w, depth+1)
			}
			if err != nil {
				return err
			}
		}
	case wireEnd:
		return invalidBytes(textEnd)
	default:
		return invalidBytes(textWire)
	}
	return err
}

// single reads one value of a field.
func (d *dynamic) single(f *Field, x *stream, depth int) error {
	if f.Type == typeMessage {
		b, err := x.sized()
		if err != nil {
			return err
		}
		if depth >= nestingMax {
			return invalidBytes(textDepth)
		}
		if f.Repeated {
			m := newDynamic(f.Message)
			c := d.content(f)
			c.list = append(c.list, m)
			return m.merge(b, depth+1)
		}
		if d.values[f.Index] == nil {
			d.set(f, &content{message: newDynamic(f.Message)})
		}
		return d.values[f.Index].message.merge(b, depth+1)
	}
	if f.Type == typeString || f.Type == typeBytes {
		b, err := x.sized()
		if err != nil {
			return err
		}
		if f.Type == typeString && !java.ValidUTF8(b) {
			if f.Strict {
				return invalidBytes(textUTF8)
			}
			b = java.AppendUTF8(nil, b)
		}
		if f.Repeated {
			c := d.content(f)
			c.texts = append(c.texts, b)
			return nil
		}
		d.set(f, &content{scalar: scalar{text: b}})
		return nil
	}
	v, err := x.number(f)
	if err != nil || f.dropped(v) {
		return err
	}
	if f.Repeated {
		c := d.content(f)
		c.numbers = append(c.numbers, v)
		return nil
	}
	d.set(f, &content{scalar: scalar{bits: v}})
	return nil
}

// packed reads values that stand in one sequence of bytes.
func (d *dynamic) packed(f *Field, x *stream) error {
	b, err := x.sized()
	if err != nil {
		return err
	}
	y := stream{b: b}
	for y.at < len(b) {
		v, err := y.number(f)
		if err != nil {
			return err
		}
		if !f.dropped(v) {
			c := d.content(f)
			c.numbers = append(c.numbers, v)
		}
	}
	return nil
}

// dropped reports whether an enum that is closed has no such value.
func (f *Field) dropped(v uint64) bool {
	return f.Type == typeEnum && f.Enum.Closed && f.Enum.byNumber(int32(v)) == nil
}

// number reads a number as the bits that the kind of its field has: integers of 32 bits are widened with their sign.
func (x *stream) number(f *Field) (uint64, error) {
	switch f.wireType() {
	case wireFixed64:
		b, err := x.take(8)
		if err != nil {
			return 0, err
		}
		return le64(b), nil
	case wireFixed32:
		b, err := x.take(4)
		if err != nil {
			return 0, err
		}
		return f.bitsOf(uint64(le32(b))), nil
	}
	v, err := x.varint()
	return f.bitsOf(v), err
}

// bitsOf makes the bits of a value from those on the wire.
func (f *Field) bitsOf(v uint64) uint64 {
	switch f.Type {
	case typeInt32, typeEnum, typeSfixed32:
		return uint64(int64(int32(v)))
	case typeSint32:
		return uint64(int64(zigzag32(uint32(v))))
	case typeSint64:
		return uint64(zigzag64(v))
	case typeUint32, typeFixed32:
		return uint64(uint32(v))
	case typeBool:
		if v != 0 {
			return 1
		}
	}
	return v
}

// set makes c the value of a field, and no other one of its oneof.
func (d *dynamic) set(f *Field, c *content) {
	if f.Oneof != nil {
		for _, o := range f.Oneof.Fields {
			d.values[o.Index] = nil
		}
	}
	d.values[f.Index] = c
}

// content returns what a repeated field has, to be added to.
func (d *dynamic) content(f *Field) *content {
	if d.values[f.Index] == nil {
		d.values[f.Index] = &content{}
	}
	return d.values[f.Index]
}

// missing collects required fields that are not there. Source: MessageReflection.findMissingFields.
func (d *dynamic) missing(prefix string, out *[]string) {
	if !d.of.mayMiss(map[*Message]bool{}) {
		return
	}
	for _, f := range d.of.Fields {
		if f.Required && d.values[f.Index] == nil {
			*out = append(*out, prefix+f.Name)
		}
	}
	for i, c := range d.values {
		if f := d.of.Fields[i]; c == nil && d.of.MapEntry && f.Message != nil {
			c = &content{message: newDynamic(f.Message)} // entries are made whole
		}
		if c == nil {
			continue
		}
		name := prefix + d.of.Fields[i].Name
		if c.message != nil {
			c.message.missing(name+".", out)
		}
		for k, m := range c.list {
			m.missing(name+"["+strconv.Itoa(k)+"].", out)
		}
	}
}

// mayMiss reports whether m, or what stands in it, has required fields.
func (m *Message) mayMiss(seen map[*Message]bool) bool {
	if seen[m] {
		return false
	}
	seen[m] = true
	for _, f := range m.Fields {
		if f.Required || f.Message != nil && f.Message.mayMiss(seen) {
			return true
		}
	}
	return false
}
