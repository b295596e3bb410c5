package protobuf

import (
	"math"
	"strconv"
	"strings"
)

// defaultOf reads the default that a field of proto2 names. Source: FieldDescriptor.crossLink.
func (s *fileScope) defaultOf(f *Field, full string) error {
	text := *f.given
	bad := func() error { return invalid(full, "Could not parse default value: \""+text+"\"") }
	switch f.Type {
	case typeMessage:
		return invalid(full, "Message type had default value.")
	case typeString:
		f.Default.text = []byte(text)
	case typeBytes:
		b, ok := unescaped(text)
		if !ok {
			return invalid(full, "Couldn't parse default value: invalid escape sequence")
		}
		f.Default.text = b
	case typeBool:
		if text == "true" {
			f.Default.bits = 1
		}
	case typeEnum:
		for i := range f.Enum.Values {
			if f.Enum.Values[i].Name == text {
				f.Default.bits = uint64(int64(f.Enum.Values[i].Tag))
				return nil
			}
		}
		return invalid(full, "Unknown enum default value: \""+text+"\"")
	case typeFloat:
		v, ok := floatOf(text, 32)
		if !ok {
			return bad()
		}
		f.Default.bits = uint64(math.Float32bits(float32(v)))
	case typeDouble:
		v, ok := floatOf(text, 64)
		if !ok {
			return bad()
		}
		f.Default.bits = math.Float64bits(v)
	default:
		v, ok := integerOf(text, f.Type)
		if !ok {
			return bad()
		}
		f.Default.bits = v
	}
	return nil
}

func floatOf(text string, bits int) (float64, bool) {
	switch text {
	case "inf", "Infinity":
		return math.Inf(1), true
	case "-inf", "-Infinity":
		return math.Inf(-1), true
	case "nan", "NaN":
		return math.NaN(), true
	}
	v, err := strconv.ParseFloat(text, bits)
	return v, err == nil
}

// integerOf reads a number of base 10, 8 or 16. Source: TextFormat.parseInteger.
func integerOf(text string, t fieldType) (uint64, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	size := 64
	signed := false
	switch t {
	case typeInt32, typeSint32, typeSfixed32:
		size, signed = 32, true
	case typeUint32, typeFixed32:
		size = 32
	case typeInt64, typeSint64, typeSfixed64:
		signed = true
	}
	base := 10
	switch {
	case strings.HasPrefix(digits, "0x") || strings.HasPrefix(digits, "0X"):
		digits, base = digits[2:], 16
	case len(digits) > 1 && digits[0] == '0':
		digits, base = digits[1:], 8
	}
	if signed {
		if negative {
			digits = "-" + digits
		}
		v, err := strconv.ParseInt(digits, base, size)
		return uint64(v), err == nil
	}
	v, err := strconv.ParseUint(digits, base, size)
	return v, err == nil && (!negative || v == 0)
}

// unescaped reads bytes as C writes them. Source: TextFormat.unescapeBytes.
func unescaped(text string) ([]byte, bool) {
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		if i++; i == len(text) {
			return nil, false
		}
		at := strings.IndexByte("abfnrtv\\'\"?", text[i])
		switch {
		case at >= 0:
			out = append(out, "\a\b\f\n\r\t\v\\'\"?"[at])
		case text[i] >= '0' && text[i] <= '7':
			end := i + 1
			for end < len(text) && end < i+3 && text[end] >= '0' && text[end] <= '7' {
				end++
			}
			v, err := strconv.ParseUint(text[i:end], 8, 16)
			if err != nil {
				return nil, false
			}
			out, i = append(out, byte(v)), end-1
		case text[i] == 'x':
			end := i + 1
			for end < len(text) && end < i+3 && strings.IndexByte("0123456789abcdefABCDEF", text[end]) >= 0 {
				end++
			}
			v, err := strconv.ParseUint(text[i+1:end], 16, 8)
			if err != nil {
				return nil, false
			}
			out, i = append(out, byte(v)), end-1
		default:
			return nil, false
		}
	}
	return out, true
}
