package jsonscan

// AppendBase64 appends the bytes that s encodes, as Jackson reads Base64: blanks around and before each
// group of four go, padding is needed, groups may follow padding. ok is false for anything else.
// Source: TextNode.getBinaryValue, Base64Variant.decode of MIME_NO_LINEFEEDS.
func AppendBase64[T ~string | ~[]byte](dst []byte, s T) (out []byte, ok bool) {
	for len(s) > 0 && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	for i := 0; i < len(s); {
		if s[i] <= ' ' {
			i++
			continue
		}
		if i+4 > len(s) {
			return dst, false
		}
		a, b, c, d := base64Bits(s[i]), base64Bits(s[i+1]), base64Bits(s[i+2]), base64Bits(s[i+3])
		i += 4
		v := uint32(a)<<18 | uint32(b)<<12 | uint32(c&63)<<6 | uint32(d&63)
		switch {
		case a >= 64 || b >= 64:
			return dst, false
		case c < 64 && d < 64:
			dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
		case c < 64 && d == base64Pad:
			dst = append(dst, byte(v>>16), byte(v>>8))
		case c == base64Pad && d == base64Pad:
			dst = append(dst, byte(v>>16))
		default:
			return dst, false
		}
	}
	return dst, true
}

const base64Pad = 64

// base64Bits returns the six bits of a character, base64Pad for '=', more for others.
func base64Bits(c byte) byte {
	switch {
	case c >= 'A' && c <= 'Z':
		return c - 'A'
	case c >= 'a' && c <= 'z':
		return c - 'a' + 26
	case c >= '0' && c <= '9':
		return c - '0' + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	case c == '=':
		return base64Pad
	}
	return 255
}
