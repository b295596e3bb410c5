package java

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Charset decodes bytes into UTF-8 text and encodes text back, as new String(bytes, charset) and
// String.getBytes(charset) do: what cannot be decoded becomes U+FFFD, what cannot be encoded '?'
// (U+FFFD in the Unicode forms). Source: java.nio.charset.Charset.
//
// Shift_JIS, EUC-JP, EUC-KR, GBK and GB18030 use the tables of golang.org/x/text: there the private
// use area (user-defined characters), seven punctuation marks of the Japanese ones and the number
// of U+FFFD for malformed bytes differ from the JDK. Charsets with greater differences (Big5,
// windows-31j) count as unsupported.
type Charset struct {
	name   string
	decode func(dst, b []byte) []byte
	encode func(dst []byte, text []byte) []byte
}

// CharsetForName resolves a name or alias, ignoring ASCII case. Source: Charset.forName.
//
// Errors: IllegalCharsetNameException for an empty or ill-formed name, UnsupportedCharsetException
// for an unknown one; the text is the name, as in Java.
func CharsetForName(name string) (*Charset, error) {
	if !legalCharsetName(name) {
		return nil, &Exception{Class: "java.nio.charset.IllegalCharsetNameException", Message: name}
	}
	for _, row := range otherCharsets {
		if charsetNamed(name, row[0], row[1]) {
			return otherCharset(row[0]), nil
		}
	}
	for i := range singleByteCharsets {
		row := &singleByteCharsets[i]
		if charsetNamed(name, row.name, row.aliases) {
			return newSingleByte(row.name, row.chars), nil
		}
	}
	return nil, &Exception{Class: "java.nio.charset.UnsupportedCharsetException", Message: name}
}

func legalCharsetName(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case i > 0 && strings.IndexByte("-+:_.", c) >= 0:
		default:
			return false
		}
	}
	return name != ""
}

func charsetNamed(name, canonical, aliases string) bool {
	if strings.EqualFold(name, canonical) {
		return true
	}
	for alias := range strings.SplitSeq(aliases, " ") {
		if strings.EqualFold(name, alias) {
			return true
		}
	}
	return false
}

// Name is the canonical name.
func (c *Charset) Name() string { return c.name }

// Append appends b decoded into UTF-8.
func (c *Charset) Append(dst, b []byte) []byte { return c.decode(dst, b) }

// AppendEncoded appends UTF-8 text encoded into this charset.
func (c *Charset) AppendEncoded(dst, text []byte) []byte { return c.encode(dst, text) }

// IsUTF8 says whether valid text passes unchanged.
func (c *Charset) IsUTF8() bool { return c.name == "UTF-8" }

func otherCharset(name string) *Charset {
	c := &Charset{name: name}
	switch name {
	case "UTF-8":
		c.decode, c.encode = AppendUTF8, AppendEncodedUTF8
	case "ISO-8859-1":
		c.decode, c.encode = decodeLatin1, encodeBelow(0x100)
	case "US-ASCII":
		c.decode, c.encode = decodeASCII, encodeBelow(0x80)
	case "UTF-16":
		c.decode, c.encode = decodeUTF16(bigEndian, true), encodeUTF16(bigEndian, true)
	case "UTF-16BE":
		c.decode, c.encode = decodeUTF16(bigEndian, false), encodeUTF16(bigEndian, false)
	case "UTF-16LE":
		c.decode, c.encode = decodeUTF16(littleEndian, false), encodeUTF16(littleEndian, false)
	case "x-UTF-16LE-BOM":
		c.decode, c.encode = decodeUTF16(littleEndian, true), encodeUTF16(littleEndian, true)
	case "UTF-32":
		c.decode, c.encode = decodeUTF32(bigEndian, true), encodeUTF32(bigEndian)
	case "UTF-32BE":
		c.decode, c.encode = decodeUTF32(bigEndian, false), encodeUTF32(bigEndian)
	case "UTF-32LE":
		c.decode, c.encode = decodeUTF32(littleEndian, false), encodeUTF32(littleEndian)
	case "Shift_JIS":
		c.decode, c.encode = foreign(japanese.ShiftJIS)
	case "EUC-JP":
		c.decode, c.encode = foreign(japanese.EUCJP)
	case "GBK":
		c.decode, c.encode = foreign(simplifiedchinese.GBK)
	case "GB18030":
		c.decode, c.encode = foreign(simplifiedchinese.GB18030)
	case "EUC-KR":
		c.decode, c.encode = foreign(korean.EUCKR)
	default:
		panic(fmt.Sprintf("java: charset %q has no code", name))
	}
	return c
}

func decodeLatin1(dst, b []byte) []byte {
	for _, c := range b {
		dst = utf8.AppendRune(dst, rune(c))
	}
	return dst
}

func decodeASCII(dst, b []byte) []byte {
	for _, c := range b {
		if c < utf8.RuneSelf {
			dst = append(dst, c)
		} else {
			dst = append(dst, "\uFFFD"...)
		}
	}
	return dst
}

// encodeBelow encodes characters below limit as one byte of the same value.
func encodeBelow(limit rune) func(dst, text []byte) []byte {
	return func(dst, text []byte) []byte {
		for i := 0; i < len(text); {
			r, size := decodeRune(text[i:])
			i += size
			if r >= limit {
				r = '?'
			}
			dst = append(dst, byte(r))
		}
		return dst
	}
}

func foreign(e encoding.Encoding) (decode, encode func(dst, b []byte) []byte) {
	decode = func(dst, b []byte) []byte {
		out, err := e.NewDecoder().Bytes(b)
		if err != nil {
			return append(dst, "\uFFFD"...)
		}
		return append(dst, out...)
	}
	encode = func(dst, text []byte) []byte {
		enc := e.NewEncoder()
		var one [utf8.UTFMax]byte
		for i := 0; i < len(text); {
			r, size := decodeRune(text[i:])
			if surrogate(text[i:]) >= 0 {
				r = '?' // GB18030 has a code for U+FFFD
			}
			i += size
			out, err := enc.Bytes(utf8.AppendRune(one[:0], r))
			if err != nil {
				out = []byte{'?'}
			} else if r == '€' && len(out) == 1 && e == simplifiedchinese.GBK {
				out = []byte{0xa2, 0xe3} // x/text writes Microsoft's 80
			}
			dst = append(dst, out...)
		}
		return dst
	}
	return decode, encode
}

// newSingleByte compiles a table of 128 or 256 characters.
func newSingleByte(name, chars string) *Charset {
	type pair struct {
		char rune
		code byte
	}
	var table [256]rune
	runes := []rune(chars)
	lower := 256 - len(runes)
	for i := range table {
		if i < lower {
			table[i] = rune(i)
		} else {
			table[i] = runes[i-lower]
		}
	}
	var codes []pair
	for i := range table {
		if i >= lower && table[i] != utf8.RuneError {
			codes = append(codes, pair{table[i], byte(i)})
		}
	}
	sort.SliceStable(codes, func(i, j int) bool { return codes[i].char < codes[j].char })
	codeOf := func(r rune) (byte, bool) {
		if int(r) < lower {
			return byte(r), true
		}
		i := sort.Search(len(codes), func(i int) bool { return codes[i].char > r })
		if i == 0 || codes[i-1].char != r {
			return 0, false
		}
		return codes[i-1].code, true
	}
	return &Charset{
		name: name,
		decode: func(dst, b []byte) []byte {
			for _, c := range b {
				dst = utf8.AppendRune(dst, table[c])
			}
			return dst
		},
		encode: func(dst, text []byte) []byte {
			for i := 0; i < len(text); {
				r, size := decodeRune(text[i:])
				i += size
				code, ok := codeOf(r)
				if !ok {
					code = '?' // as a byte, also where that is another character: EBCDIC
				}
				dst = append(dst, code)
			}
			return dst
		},
	}
}
