package rest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/millrace/millrace/config"
)

// headersKey is where the rules stand.
const headersKey = "response.http.headers.config"

// headerRule adds or sets a header of every answer. Source: Jetty's HeaderFilter.
type headerRule struct {
	add         bool
	name, value string
	date        bool          // the value is the time of the answer, moved
	moved       time.Duration // by this
}

// headerRules are applied before the handlers, which may replace what they set.
type headerRules []headerRule

func (rules headerRules) apply(h http.Header, now time.Time) {
	for _, r := range rules {
		value := r.value
		if r.date {
			value = now.Add(r.moved).UTC().Format(http.TimeFormat)
		}
		if r.add {
			h.Add(r.name, value)
		} else {
			h.Set(r.name, value)
		}
	}
}

// parseHeaderRules reads response.http.headers.config.
// Source: RestServerConfig.validateHttpResponseHeaderConfig, HeaderFilter.
func parseHeaderRules(text string) (headerRules, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var rules headerRules
	for _, one := range splitCSV(text) {
		r, err := parseHeaderRule(one)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

func validHeaderRules(_ string, value any) error {
	text, _ := value.(string)
	_, err := parseHeaderRules(text)
	return err
}

func parseHeaderRule(text string) (headerRule, error) {
	fail := func(format string, args ...any) (headerRule, error) {
		return headerRule{}, config.NewException(headersKey, fmt.Sprintf(format, args...))
	}
	trimmed := strings.TrimSpace(text)
	cut := strings.IndexFunc(trimmed, unicode.IsSpace)
	if cut < 0 {
		return fail("Invalid format of header config '%s'. Expected: '[action] [header name]:[header value]'", text)
	}
	action, header := trimmed[:cut], strings.TrimSpace(trimmed[cut:])
	var r headerRule
	switch strings.ToLower(action) {
	case "set":
	case "add":
		r.add = true
	case "setdate":
		r.date = true
	case "adddate":
		r.add, r.date = true, true
	default:
		return fail("Invalid header config action: '%s'. Expected one of [set, add, setDate, addDate]", action)
	}
	name, value, ok := strings.Cut(header, ":")
	if !ok || strings.Contains(value, ":") || value == "" {
		return fail("Invalid format of header name and header value pair '%s'. Expected: '[header name]:[header value]'", header)
	}
	r.name, r.value = strings.TrimSpace(name), strings.TrimSpace(value)
	if r.name == "" || strings.ContainsFunc(r.name, unicode.IsSpace) {
		return fail("Invalid header name '%s'. The '[header name]' cannot contain whitespace", r.name)
	}
	if !validHeader(r.name, r.value) {
		return fail("header rule '%s': HTTP allows no such name or value", text)
	}
	if r.date {
		ms, err := strconv.ParseInt(r.value, 10, 64)
		if err != nil {
			return fail("header rule '%s': a date is milliseconds from the time of the answer, not '%s'", text, r.value)
		}
		r.moved = time.Duration(ms) * time.Millisecond
	}
	return r, nil
}

// validHeader says whether a header can be sent as it is: a token, and text without controls.
func validHeader(name, value string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// splitCSV splits at commas outside of quotes; quotes are taken off, and in them a backslash or a second
// quote makes one. Blanks around an element are cut. Source: Jetty's StringUtil.csvSplit.
func splitCSV(text string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	end := func() {
		out = append(out, strings.TrimSpace(b.String()))
		b.Reset()
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case quoted && c == '"' && i+1 < len(text) && text[i+1] == '"':
			i++
			b.WriteByte('"')
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			end()
		default:
			b.WriteByte(c)
		}
	}
	end()
	return out
}
