package javaser

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf16"

	"github.com/millrace/millrace/internal/java"
)

// Values of Object[] beside nil, string, bool, int16 (Short), int32, int64, float32, float64, []byte and java.Decimal.
type (
	// UUID is a java.util.UUID.
	UUID [16]byte
	// Date is a java.sql.Date: milliseconds since 1970.
	Date int64
	// Timestamp is a java.sql.Timestamp: seconds since 1970, rounded down, and the nanoseconds behind them.
	Timestamp struct {
		Seconds int64
		Nanos   int32
	}
	// Typed is an org.postgresql.util.PGobject: a value as text, and the name of its type.
	Typed struct{ Type, Value string }
)

// class is how Java describes a class in a stream.
type class struct {
	name   string
	uid    uint64
	flags  byte // 2 serializable, 1 it has a writeObject
	fields []classField
	super  *class
}

// classField is a field: the letter of its type, its name, and of an object the signature of its class.
type classField struct {
	kind      byte
	name      string
	signature string
}

// The classes that streams hold.
var (
	numberClass  = &class{name: "java.lang.Number", uid: 0x86ac951d0b94e08b, flags: 2}
	dateClass    = &class{name: "java.util.Date", uid: 0x686a81014b597419, flags: 3}
	objectsClass = &class{name: "[Ljava.lang.Object;", uid: 0x90ce589f1073296c, flags: 2}
	bytesClass   = &class{name: "[B", uid: 0xacf317f8060854e0, flags: 2}

	integerClass   = boxed("java.lang.Integer", 0x12e2a0a4f7818738, 'I', numberClass)
	longClass      = boxed("java.lang.Long", 0x3b8be490cc8f23df, 'J', numberClass)
	shortClass     = boxed("java.lang.Short", 0x684d37133460da52, 'S', numberClass)
	doubleClass    = boxed("java.lang.Double", 0x80b3c24a296bfb04, 'D', numberClass)
	floatClass     = boxed("java.lang.Float", 0xdaedc9a2db3cf0ec, 'F', numberClass)
	booleanClass   = boxed("java.lang.Boolean", 0xcd207280d59cfaee, 'Z', nil)
	uuidClass      = &class{name: "java.util.UUID", uid: 0xbc9903f7986d852f, flags: 2, fields: []classField{{kind: 'J', name: "leastSigBits"}, {kind: 'J', name: "mostSigBits"}}}
	sqlDateClass   = &class{name: "java.sql.Date", uid: 0x14fa46683f356697, flags: 2, super: dateClass}
	timestampClass = &class{name: "java.sql.Timestamp", uid: 0x2618d5c80153bf65, flags: 2, fields: []classField{{kind: 'I', name: "nanos"}}, super: dateClass}
	decimalClass   = &class{name: "java.math.BigDecimal", uid: 0x54c71557f981284f, flags: 3,
		fields: []classField{{kind: 'I', name: "scale"}, {'L', "intVal", "Ljava/math/BigInteger;"}}, super: numberClass}
	bigIntegerClass = &class{name: "java.math.BigInteger", uid: 0x8cfc9f1fa93bfb1d, flags: 3,
		fields: []classField{{kind: 'I', name: "bitCount"}, {kind: 'I', name: "bitLength"}, {kind: 'I', name: "firstNonzeroByteNum"},
			{kind: 'I', name: "lowestSetBit"}, {kind: 'I', name: "signum"}, {'[', "magnitude", "[B"}}, super: numberClass}
	typedClass = &class{name: "org.postgresql.util.PGobject", uid: 0x4bf895caac6f6444, flags: 2,
		fields: []classField{{'L', "type", "Ljava/lang/String;"}, {'L', "value", "Ljava/lang/String;"}}}
)

func boxed(name string, uid uint64, kind byte, super *class) *class {
	return &class{name: name, uid: uid, flags: 2, fields: []classField{{kind: kind, name: "value"}}, super: super}
}

// arrayWriter writes an Object[]; what was written before is referred to where Java would have the same object.
type arrayWriter struct {
	dst  []byte
	next uint32
	seen map[any]uint32 // handles by *class, signature, cached number
}

// signature is a class's, as a key of seen.
type signature string

// AppendArray appends the stream of an Object[] with values; nil is the stream of null.
//
// Errors: a value of another type than those above.
func AppendArray(dst []byte, values []any) ([]byte, error) {
	w := &arrayWriter{dst: append(dst, streamMagic...), seen: map[any]uint32{}}
	if values == nil {
		return append(w.dst, tagNull), nil
	}
	w.begin(tagArray, objectsClass)
	w.int32(int32(len(values)))
	for _, v := range values {
		if err := w.value(v); err != nil {
			return nil, err
		}
	}
	return w.dst, nil
}

func (w *arrayWriter) int32(v int32) { w.dst = binary.BigEndian.AppendUint32(w.dst, uint32(v)) }
func (w *arrayWriter) int64(v int64) { w.dst = binary.BigEndian.AppendUint64(w.dst, uint64(v)) }

// handle gives the next handle, under a key where the object may come again.
func (w *arrayWriter) handle(key any) {
	if key != nil {
		w.seen[key] = w.next
	}
	w.next++
}

// known writes a reference to what has been written under key.
func (w *arrayWriter) known(key any) bool {
	n, ok := w.seen[key]
	if ok {
		w.dst = append(w.dst, tagReference)
		w.int32(int32(baseHandle + n))
	}
	return ok
}

// begin starts an object or array of a class.
func (w *arrayWriter) begin(tag byte, c *class) {
	w.dst = append(w.dst, tag)
	w.class(c)
	w.handle(nil)
}

func (w *arrayWriter) class(c *class) {
	switch {
	case c == nil:
		w.dst = append(w.dst, tagNull)
		return
	case w.known(c):
		return
	}
	w.dst = append(w.dst, tagClassDesc)
	w.dst = appendText(w.dst, c.name)
	w.int64(int64(c.uid))
	w.handle(c)
	w.dst = append(w.dst, c.flags, 0, byte(len(c.fields)))
	for _, f := range c.fields {
		w.dst = append(w.dst, f.kind)
		w.dst = appendText(w.dst, f.name)
		if f.signature != "" && !w.known(signature(f.signature)) {
			w.dst = appendText(append(w.dst, tagString), f.signature)
			w.handle(signature(f.signature))
		}
	}
	w.dst = append(w.dst, tagEndBlockData)
	w.class(c.super)
}

func (w *arrayWriter) value(v any) error {
	switch v := v.(type) {
	case nil:
		w.dst = append(w.dst, tagNull)
	case string:
		w.text(v)
	case bool:
		if !w.known(v) {
			w.begin(tagObject, booleanClass)
			w.seen[v] = w.next - 1
			w.dst = append(w.dst, 0)
			if v {
				w.dst[len(w.dst)-1] = 1
			}
		}
	case int16:
		if !w.cached(v, int64(v), shortClass) {
			w.dst = binary.BigEndian.AppendUint16(w.dst, uint16(v))
		}
	case int32:
		if !w.cached(v, int64(v), integerClass) {
			w.int32(v)
		}
	case int64:
		if !w.cached(v, v, longClass) {
			w.int64(v)
		}
	case float32:
		w.begin(tagObject, floatClass)
		w.int32(int32(math.Float32bits(v)))
	case float64:
		w.begin(tagObject, doubleClass)
		w.int64(int64(math.Float64bits(v)))
	case []byte:
		w.bytes(v)
	case UUID:
		w.begin(tagObject, uuidClass)
		w.dst = append(append(w.dst, v[8:]...), v[:8]...)
	case Date:
		w.begin(tagObject, sqlDateClass)
		w.millis(int64(v))
	case Timestamp:
		w.begin(tagObject, timestampClass)
		w.millis(v.Seconds * 1000)
		w.int32(v.Nanos)
	case java.Decimal:
		w.decimal(v)
	case Typed:
		w.begin(tagObject, typedClass)
		if !w.known(signature(v.Type)) { // the driver has one object of a type's name
			w.text(v.Type)
			w.seen[signature(v.Type)] = w.next - 1
		}
		w.text(v.Value)
	default:
		return fmt.Errorf("java serialization: value of type %T", v)
	}
	return nil
}

// cached begins a boxed number, unless it is one of those that Java keeps one object of and that was written before.
func (w *arrayWriter) cached(key any, v int64, c *class) bool {
	kept := v >= -128 && v <= 127
	if kept && w.known(key) {
		return true
	}
	w.begin(tagObject, c)
	if kept {
		w.seen[key] = w.next - 1
	}
	return false
}

// millis is what Date.writeObject writes.
func (w *arrayWriter) millis(ms int64) {
	w.dst = append(w.dst, tagBlockData, 8)
	w.int64(ms)
	w.dst = append(w.dst, tagEndBlockData)
}

func (w *arrayWriter) bytes(b []byte) {
	w.begin(tagArray, bytesClass)
	w.int32(int32(len(b)))
	w.dst = append(w.dst, b...)
}

func (w *arrayWriter) decimal(d java.Decimal) {
	w.begin(tagObject, decimalClass)
	w.int32(d.Scale())
	w.begin(tagObject, bigIntegerClass)
	for _, v := range []int32{-1, -1, -2, -2, int32(d.Sign())} { // of old versions, but for the sign
		w.int32(v)
	}
	w.bytes(d.Unscaled().Bytes())
	w.dst = append(w.dst, tagEndBlockData, tagEndBlockData)
}

// text writes a string object, in modified UTF-8: NUL has two bytes, and what is beyond the plane three for each half.
func (w *arrayWriter) text(s string) {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		switch {
		case u != 0 && u < 0x80:
			b = append(b, byte(u))
		case u < 0x800:
			b = append(b, 0xc0|byte(u>>6), 0x80|byte(u&0x3f))
		default:
			b = append(b, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
		}
	}
	if len(b) > math.MaxUint16 {
		w.dst = append(w.dst, tagLongString)
		w.int64(int64(len(b)))
	} else {
		w.dst = append(w.dst, tagString, byte(len(b)>>8), byte(len(b)))
	}
	w.dst = append(w.dst, b...)
	w.handle(nil)
}
