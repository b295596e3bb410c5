package kafka

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// props reads typed values and keeps the first error. Texts are trimmed, as ConfigDef does.
type props struct {
	texts map[string]string
	err   error
}

func (p *props) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *props) lookup(key string) (string, bool) {
	s, ok := p.texts[key]
	return strings.TrimSpace(s), ok
}

// text returns the value of key, def without one.
func (p *props) text(key, def string) string {
	if s, ok := p.lookup(key); ok {
		return s
	}
	return def
}

// raw returns the value of key untrimmed: passwords keep their spaces.
func (p *props) raw(key string) (string, bool) {
	s, ok := p.texts[key]
	return s, ok
}

// oneOf returns the value of key, which must be one of valid.
func (p *props) oneOf(key, def string, valid ...string) string {
	s := p.text(key, def)
	if !slices.Contains(valid, s) {
		p.fail(invalid(key, s, "String must be one of: "+strings.Join(valid, ", ")))
	}
	return s
}

// protocol returns security.protocol in upper case.
func (p *props) protocol() string {
	s := strings.ToUpper(p.text("security.protocol", "PLAINTEXT"))
	switch s {
	case "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL":
	default:
		// In the order of Java's HashSet.
		p.fail(invalid("security.protocol", p.text("security.protocol", ""), "String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT"))
	}
	return s
}

// list splits a value at commas; a blank one is empty.
func (p *props) list(key, def string) []string {
	s := p.text(key, def)
	if s == "" {
		return nil
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func (p *props) boolean(key string, def bool) bool {
	s, ok := p.lookup(key)
	switch {
	case !ok:
		return def
	case strings.EqualFold(s, "true"):
		return true
	case strings.EqualFold(s, "false"):
		return false
	}
	p.fail(invalid(key, s, "Expected value to be either true or false"))
	return def
}

// number reads an integer of the given bits (32 is Java's INT, 64 its LONG) that is at least least.
func (p *props) number(key string, bits int, def, least int64) int64 {
	s, ok := p.lookup(key)
	if !ok {
		return def
	}
	n, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		kind := "INT"
		if bits == 64 {
			kind = "LONG"
		}
		p.fail(invalid(key, s, "Not a number of type "+kind))
		return def
	}
	if n < least {
		p.fail(invalid(key, s, fmt.Sprintf("Value must be at least %d", least)))
		return def
	}
	return n
}

// millis reads a time; beyond what a Duration can hold it is the longest one.
func (p *props) millis(key string, bits int, def, least int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(p.number(key, bits, def, least), most)) * time.Millisecond
}
