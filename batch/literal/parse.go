package literal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/datetext"
)

// nestingMax bounds how deep lists and maps nest; deeper text is a string. Java's bound is its stack.
const nestingMax = 1000

// Parse infers the schema and value of text, which is valid UTF-8: null, Boolean, number, date, time,
// timestamp, list or map; whatever is none of these is a STRING of the whole text. The text null has
// neither schema nor value.
//
// Dates and times are read in UTC. Time and memory are linear in the text, but for the digits of long
// numbers. Source: Values.parseString.
func Parse(text string) (*batch.Schema, batch.Value) {
	if text == "" {
		return stringSchema, batch.StringValue("")
	}
	p := parser{tokens: tokens{text: text}}
	r, ok := p.parse(false)
	if !ok {
		return stringSchema, batch.StringValue(text)
	}
	return r.schema, r.value
}

// The schemas of inferred values.
var (
	stringSchema    = batch.Of(batch.KindString, false)
	dateSchema      = batch.NewSchema(batch.KindInt32).Name(batch.DateName).Version(1).Build()
	timeSchema      = batch.NewSchema(batch.KindInt32).Name(batch.TimeName).Version(1).Build()
	timestampSchema = batch.NewSchema(batch.KindInt64).Name(batch.TimestampName).Version(1).Build()
)

// typed is a value and its schema; the zero one is null.
type typed struct {
	schema *batch.Schema
	value  batch.Value
}

// parser reads one literal. Its methods answer ok = false where Java throws a DataException, which the
// enclosing list or map hands on and the outermost text turns into a string.
//
// Source: Values.ValueParser.
type parser struct {
	tokens
	depth int
}

func (p *parser) parse(embedded bool) (r typed, ok bool) {
	switch {
	case !p.more():
		return typed{}, true
	case embedded && p.take(`"`):
		return p.quoted(), true
	case p.word("null", embedded):
		return typed{}, true
	case p.word("true", embedded):
		return typed{batch.Of(batch.KindBoolean, false), batch.BooleanValue(true)}, true
	case p.word("false", embedded):
		return typed{batch.Of(batch.KindBoolean, false), batch.BooleanValue(false)}, true
	}
	start := p.mark()
	// Only text that opens a list or map and fails is read again from the blanks before it.
	list := p.take("[")
	if list || p.take("{") {
		p.depth++
		switch {
		case p.depth > nestingMax:
		case list:
			r, ok = p.list()
		default:
			r, ok = p.mapping()
		}
		p.depth--
		if ok {
			return r, true
		}
		p.rewind(start)
	}
	token := p.next()
	if blank(token) {
		return typed{stringSchema, batch.StringValue(token)}, true
	}
	return p.single(java.Trim(token), embedded)
}

// word takes w; outside of lists and maps only where nothing follows.
func (p *parser) word(w string, embedded bool) bool {
	start := p.mark()
	if p.take(w) && (embedded || !p.more()) {
		return true
	}
	p.rewind(start)
	return false
}

// single reads a date or a number that starts with token; anything else is a string, or an error in
// lists and maps.
func (p *parser) single(token string, embedded bool) (typed, bool) {
	first, _ := utf8.DecodeRuneInString(token)
	digit := first <= 0xffff && unicode.IsDigit(first)
	if digit {
		// 14:34:54.346Z is five tokens.
		start := p.mark()
		if more, ok := p.nextFew(4); ok {
			if r, ok := temporal(token + more); ok {
				return r, true
			}
		}
		p.rewind(start)
		if r, ok := temporal(token); ok {
			return r, true
		}
	}
	if digit || first == '+' || first == '-' {
		if r, ok := number(token); ok {
			return r, true
		}
	}
	return typed{stringSchema, batch.StringValue(p.text)}, !embedded
}

// quoted reads up to the next quote, or the end.
func (p *parser) quoted() typed {
	var content strings.Builder
	for p.more() {
		if p.take(`"`) {
			break
		}
		content.WriteString(p.next())
	}
	if r, ok := temporal(content.String()); ok {
		return r
	}
	return typed{stringSchema, batch.StringValue(content.String())}
}

func (p *parser) list() (typed, bool) {
	var values []batch.Value
	var common merger
	for p.more() {
		if p.take("]") {
			return alignList(common.schema, values)
		}
		if p.take(",") {
			return typed{}, false
		}
		e, ok := p.parse(true)
		if !ok {
			return typed{}, false
		}
		common.merge(e.schema)
		values = append(values, e.value)
		here := p.mark()
		if p.take("]") {
			p.rewind(here)
		} else if !p.take(",") {
			return typed{}, false
		}
	}
	return typed{}, false
}

func (p *parser) mapping() (typed, bool) {
	var entries entries
	var keys, values merger
	for p.more() {
		if p.take("}") {
			return alignMap(keys.schema, values.schema, &entries)
		}
		if p.take(",") {
			return typed{}, false
		}
		k, ok := p.parse(true)
		if !ok || k.value.IsNull() || !p.take(":") {
			return typed{}, false
		}
		v, ok := p.parse(true)
		if !ok {
			return typed{}, false
		}
		entries.put(k.value, v.value)
		p.take(",")
		keys.merge(k.schema)
		values.merge(v.schema)
	}
	return typed{}, false
}

// Lengths of the three patterns in UTF-16 units, which SimpleDateFormat then reads leniently.
const (
	dateLen      = len("2019-08-23")
	timeLen      = len("14:34:54.346Z")
	timestampLen = len("2019-08-23T14:34:54.346Z")
)

// temporal reads a date, time or timestamp; colons may be escaped.
func temporal(text string) (typed, bool) {
	if len(text) > 4*timestampLen*2 {
		return typed{}, false // too long whatever is escaped: a unit takes at most 3 bytes, \: two
	}
	text = strings.ReplaceAll(text, `\:`, ":")
	var s *batch.Schema
	var ms int64
	var err error
	switch java.UTF16Len(text) {
	case timeLen:
		s = timeSchema
		ms, err = datetext.ParseISOTime(text)
	case timestampLen:
		s = timestampSchema
		ms, err = datetext.ParseISOTimestamp(text)
	case dateLen:
		s = dateSchema
		ms, err = datetext.ParseISODate(text)
	default:
		return typed{}, false
	}
	return typed{s, batch.DateValue(ms)}, err == nil
}
