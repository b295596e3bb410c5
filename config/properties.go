package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// Properties is the content of a Java properties file: the keys in the order in which they first
// appear, the value that came last, and the lines. The zero value is empty and ready to use.
type Properties struct {
	entries    []Property
	index      map[string]int
	duplicates []Duplicate
}

// Property is one key of a file.
type Property struct {
	Key, Value string
	Line       int // where the value that counts starts, from 1; 0 if it was not read from a file
}

// Duplicate is a key that a file gives again; the later value counts.
type Duplicate struct {
	Key               string
	Line, EarlierLine int
}

// ParseProperties reads a properties file as Connect reads worker and connector files: bytes are
// ISO-8859-1, other characters are written \uXXXX. A lone surrogate becomes U+FFFD.
//
// Errors: a malformed \uXXXX names its line; what r returns.
// Source: Properties.load(InputStream).
func ParseProperties(r io.Reader) (*Properties, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("properties: %w", err)
	}
	units := make([]uint16, len(b))
	for i, c := range b {
		units[i] = uint16(c)
	}
	return parseUnits(units)
}

// ParsePropertiesUTF8 reads a properties file of UTF-8 text, as FileConfigProvider does.
//
// Errors: those of ParseProperties; text that is not UTF-8.
// Source: Properties.load(Reader).
func ParsePropertiesUTF8(r io.Reader) (*Properties, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("properties: %w", err)
	}
	if !utf8.Valid(b) {
		return nil, errors.New("properties: the text is not valid UTF-8, save the file as UTF-8")
	}
	return parseUnits(utf16.Encode([]rune(string(b))))
}

// LoadProperties reads the file of that name by ParseProperties.
func LoadProperties(name string) (*Properties, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	p, err := ParseProperties(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// Entries returns the keys in the order in which they first appeared.
func (p *Properties) Entries() []Property { return slices.Clone(p.entries) }

// Len is the number of keys.
func (p *Properties) Len() int { return len(p.entries) }

// Map returns a new map of all values.
func (p *Properties) Map() map[string]string {
	m := make(map[string]string, len(p.entries))
	for _, e := range p.entries {
		m[e.Key] = e.Value
	}
	return m
}

// Get returns the value of key.
func (p *Properties) Get(key string) (string, bool) {
	i, ok := p.index[key]
	if !ok {
		return "", false
	}
	return p.entries[i].Value, true
}

// Line is the line of key, 0 if it is absent or was Set.
func (p *Properties) Line(key string) int {
	i, ok := p.index[key]
	if !ok {
		return 0
	}
	return p.entries[i].Line
}

// Duplicates are the keys given again, in the order of the file.
func (p *Properties) Duplicates() []Duplicate { return slices.Clone(p.duplicates) }

// Set gives key a value: in its place if it is there, else at the end.
func (p *Properties) Set(key, value string) { p.put(Property{Key: key, Value: value}) }

func (p *Properties) put(e Property) {
	if p.index == nil {
		p.index = map[string]int{}
	}
	if i, ok := p.index[e.Key]; ok {
		if e.Line > 0 {
			p.duplicates = append(p.duplicates, Duplicate{Key: e.Key, Line: e.Line, EarlierLine: p.entries[i].Line})
		}
		p.entries[i] = e
		return
	}
	p.index[e.Key] = len(p.entries)
	p.entries = append(p.entries, e)
}

func parseUnits(in []uint16) (*Properties, error) {
	p := &Properties{}
	r := lineReader{in: in, line: 1}
	for {
		text, line, ok := r.next()
		if !ok {
			return p, nil
		}
		keyEnd, valueStart := splitProperty(text)
		key, err := unescape(text[:keyEnd])
		if err == nil {
			var value string
			if value, err = unescape(text[valueStart:]); err == nil {
				p.put(Property{Key: key, Value: value, Line: line})
			}
		}
		if err != nil {
			return nil, fmt.Errorf("properties: line %d: %w", line, err)
		}
	}
}

// lineReader cuts logical lines: continuations joined, comments and blank lines left out.
// Source: Properties.LineReader.
type lineReader struct {
	in   []uint16
	at   int
	line int // of in[at], from 1
	buf  []uint16
}

func isBlank(c uint16) bool { return c == ' ' || c == '\t' || c == '\f' }
func isEnd(c uint16) bool   { return c == '\n' || c == '\r' }

// next returns the next logical line and where it starts; the text is valid until the next call.
func (r *lineReader) next() (text []uint16, line int, ok bool) {
	r.buf = r.buf[:0]
	skipBlanks, continued, escaped := true, false, false
	for r.at < len(r.in) {
		c := r.in[r.at]
		r.at++
		if isEnd(c) && !(c == '\r' && r.at < len(r.in) && r.in[r.at] == '\n') {
			r.line++
		}
		if skipBlanks {
			if isBlank(c) || isEnd(c) && !continued {
				continue
			}
			skipBlanks, continued = false, false
		}
		if isEnd(c) {
			switch {
			case len(r.buf) == 0:
				skipBlanks = true
			case escaped:
				r.buf = r.buf[:len(r.buf)-1]
				if r.at == len(r.in) {
					return r.buf, line, true // also where nothing is left: an empty key
				}
				skipBlanks, continued, escaped = true, true, false
				// The second half of \r\n belongs to this end.
				if c == '\r' && r.in[r.at] == '\n' {
					r.at++
					r.line++
				}
			default:
				return r.buf, line, true
			}
			continue
		}
		if len(r.buf) == 0 {
			// A line that held only a backslash leaves nothing, so a comment may follow it.
			if c == '#' || c == '!' {
				for r.at < len(r.in) && !isEnd(r.in[r.at]) {
					r.at++
				}
				skipBlanks = true
				continue
			}
			line = r.line
		}
		r.buf = append(r.buf, c)
		escaped = c == '\\' && !escaped
	}
	if len(r.buf) == 0 {
		return nil, 0, false
	}
	if escaped {
		r.buf = r.buf[:len(r.buf)-1]
	}
	return r.buf, line, true
}

// splitProperty finds the end of the key and the start of the value. Source: Properties.load0.
func splitProperty(text []uint16) (keyEnd, valueStart int) {
	escaped, separated := false, false
	for keyEnd < len(text) {
		c := text[keyEnd]
		if !escaped && (c == '=' || c == ':' || isBlank(c)) {
			break
		}
		escaped = c == '\\' && !escaped
		keyEnd++
	}
	valueStart = keyEnd
	for valueStart < len(text) {
		c := text[valueStart]
		if !isBlank(c) {
			if separated || c != '=' && c != ':' {
				break
			}
			separated = true
		}
		valueStart++
	}
	return keyEnd, valueStart
}

var errMalformed = errors.New(`Malformed \uxxxx encoding.`) //nolint:staticcheck // Java's text

// unescape resolves backslashes. Source: Properties.loadConvert.
func unescape(in []uint16) (string, error) {
	out := make([]uint16, 0, len(in))
	for i := 0; i < len(in); i++ {
		c := in[i]
		if c != '\\' || i+1 == len(in) {
			out = append(out, c)
			continue
		}
		i++
		switch c = in[i]; c {
		case 'u':
			if i+4 >= len(in) {
				return "", errMalformed
			}
			var v uint16
			for _, h := range in[i+1 : i+5] {
				d, ok := hexDigit(h)
				if !ok {
					return "", errMalformed
				}
				v = v<<4 | d
			}
			i += 4
			c = v
		case 't':
			c = '\t'
		case 'r':
			c = '\r'
		case 'n':
			c = '\n'
		case 'f':
			c = '\f'
		}
		out = append(out, c)
	}
	return string(utf16.Decode(out)), nil
}

func hexDigit(c uint16) (uint16, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
