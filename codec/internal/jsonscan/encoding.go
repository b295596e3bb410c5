package jsonscan

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/java"
)

// detect finds out how the text is encoded, by its byte order mark or by the zero bytes around its
// first characters, and makes it UTF-8. Source: ByteSourceJsonBootstrapper.detectEncoding.
func (p *parser) detect() error {
	b := p.b
	if len(b) < 2 || len(b) < 4 && b[0] != 0 && b[1] != 0 {
		return nil
	}
	if len(b) < 4 {
		return p.decode16(b[0] == 0)
	}
	quad := binary.BigEndian.Uint32(b)
	switch {
	case quad == 0x0000feff:
		p.b = b[4:]
		return p.decode32(binary.BigEndian)
	case quad == 0xfffe0000:
		p.b = b[4:]
		return p.decode32(binary.LittleEndian)
	case quad == 0x0000fffe, quad == 0xfeff0000:
		return p.fail("unsupported byte order of UCS-4")
	case quad>>16 == 0xfeff:
		p.b = b[2:]
		return p.decode16(true)
	case quad>>16 == 0xfffe:
		p.b = b[2:]
		return p.decode16(false)
	case quad>>8 == 0xefbbbf:
		p.i = 3
		return nil
	case quad>>8 == 0:
		return p.decode32(binary.BigEndian)
	case quad&0x00ffffff == 0:
		return p.decode32(binary.LittleEndian)
	case quad&^0x00ff0000 == 0, quad&^0x0000ff00 == 0:
		return p.fail("unsupported byte order of UCS-4")
	case quad>>24 == 0:
		return p.decode16(true)
	case quad>>16&0xff == 0:
		return p.decode16(false)
	}
	return nil
}

// decode16 makes UTF-16 text UTF-8.
func (p *parser) decode16(bigEndian bool) error {
	name := "UTF-16LE"
	if bigEndian {
		name = "UTF-16BE"
	}
	c, err := java.CharsetForName(name)
	if err != nil {
		return err
	}
	// Most characters take one byte, some three for two.
	p.b, p.chars = c.Append(make([]byte, 0, len(p.b)/2+Slack), p.b), true
	return nil
}

// decode32 makes UTF-32 text UTF-8. Source: UTF32Reader.
func (p *parser) decode32(order binary.ByteOrder) error {
	if len(p.b)%4 != 0 {
		return p.fail("unexpected end inside a UTF-32 character")
	}
	out := make([]byte, 0, len(p.b)/4+Slack)
	for i := 0; i < len(p.b); i += 4 {
		r := order.Uint32(p.b[i:])
		if r > utf8.MaxRune {
			return p.fail("invalid UTF-32 character")
		}
		if r >= 0x10000 {
			out = utf8.AppendRune(out, rune(r))
		} else {
			out = appendUnit(out, rune(r))
		}
	}
	p.b, p.chars = out, true
	return nil
}
