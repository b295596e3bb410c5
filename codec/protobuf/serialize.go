package protobuf

import (
	"encoding/binary"
)

// append writes a message: its fields in the order of their numbers. Source: DynamicMessage.writeTo.
func (d *dynamic) append(dst []byte) []byte {
	for _, f := range d.of.byOrder {
		c := d.values[f.Index]
		if c == nil {
			continue
		}
		switch {
		case !f.Repeated:
			dst = f.appendValue(f.appendTag(dst), c.scalar, c.message)
		case f.Packed && f.packable():
			if len(c.numbers) == 0 {
				continue
			}
			var values []byte
			for _, n := range c.numbers {
				values = f.appendValue(values, scalar{bits: n}, nil)
			}
			dst = appendSized(binary.AppendUvarint(dst, uint64(f.Number)<<3|wireBytes), values)
		default:
			for _, n := range c.numbers {
				dst = f.appendValue(f.appendTag(dst), scalar{bits: n}, nil)
			}
			for _, t := range c.texts {
				dst = f.appendValue(f.appendTag(dst), scalar{text: t}, nil)
			}
			for _, m := range c.list {
				dst = f.appendValue(f.appendTag(dst), scalar{}, m)
			}
		}
	}
	return dst
}

func (f *Field) appendTag(dst []byte) []byte {
	return binary.AppendUvarint(dst, uint64(f.Number)<<3|uint64(f.wireType()))
}

func appendSized(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// appendValue writes what follows a tag.
func (f *Field) appendValue(dst []byte, v scalar, m *dynamic) []byte {
	switch f.Type {
	case typeMessage:
		return appendSized(dst, m.append(nil))
	case typeString, typeBytes:
		return appendSized(dst, v.text)
	case typeDouble, typeFixed64, typeSfixed64:
		return binary.LittleEndian.AppendUint64(dst, v.bits)
	case typeFloat, typeFixed32, typeSfixed32:
		return binary.LittleEndian.AppendUint32(dst, uint32(v.bits))
	case typeUint32:
		return binary.AppendUvarint(dst, uint64(uint32(v.bits)))
	case typeSint32:
		return binary.AppendUvarint(dst, uint64(uint32(v.bits)<<1^uint32(int32(v.bits)>>31)))
	case typeSint64:
		return binary.AppendVarint(dst, int64(v.bits))
	}
	return binary.AppendUvarint(dst, v.bits)
}

// isDefault reports whether a value is that of a field that is not there.
func (f *Field) isDefault(v scalar) bool {
	if f.Type == typeString || f.Type == typeBytes {
		return string(v.text) == string(f.Default.text)
	}
	return v.bits == f.Default.bits
}

// setScalar gives a field a value; without presence, the default is none.
func (d *dynamic) setScalar(f *Field, v scalar) {
	if !f.presence() && f.isDefault(v) {
		d.values[f.Index] = nil
		return
	}
	d.set(f, &content{scalar: v})
}

// setNumbers gives the first fields of a message of numbers their values.
func (d *dynamic) setNumbers(values ...int64) *dynamic {
	for i, v := range values {
		d.setScalar(d.of.Fields[i], scalar{bits: uint64(v)})
	}
	return d
}
