package protobuf

import (
	"math"
	"strconv"
	"strings"
)

// ParseFile reads .proto text. Comments are dropped.
//
// Errors: *codec.Error of the class that Java throws, with the line. Source: ProtoParser.
func ParseFile(text string) (*File, error) {
	p := parser{lexer: lexer{text: text}}
	if len(text) > textMax {
		p.fail("schema of %d bytes: at most %d are read", len(text), textMax)
	}
	f := &File{}
	for first := true; p.err == nil && p.peek() != 0; first = false {
		p.top(f, first)
	}
	if p.err != nil {
		return nil, p.err
	}
	return f, nil
}

// parser reads declarations.
type parser struct {
	lexer
	depth int
}

// enter counts what stands in each other; leave must follow.
func (p *parser) enter() {
	if p.depth++; p.depth > depthMax {
		p.fail("more than %d levels", depthMax)
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) top(f *File, first bool) {
	if p.take(';') {
		return
	}
	switch label := p.word(); label {
	case "syntax":
		p.want('=')
		f.Syntax = p.str()
		if !first || f.Syntax != "proto2" && f.Syntax != "proto3" {
			p.fail("unexpected syntax: %s; proto2 and proto3 are known, first in a file", f.Syntax)
		}
		p.want(';')
	case "package":
		f.Package = p.word()
		p.want(';')
	case "import":
		p.imports(f)
	case "option":
		f.Options = append(f.Options, p.statementOption())
	case "message":
		f.Messages = append(f.Messages, p.message())
	case "enum":
		f.Enums = append(f.Enums, p.enum())
	case "extend":
		f.Extends = append(f.Extends, p.extend())
	case "service":
		f.Services = append(f.Services, p.service())
	default:
		p.fail("unexpected label: %s", label)
	}
}

func (p *parser) imports(f *File) {
	word := ""
	if c := p.peek(); c != '"' && c != '\'' {
		word = p.word()
	}
	path := p.str()
	p.want(';')
	switch word {
	case "public":
		f.PublicImports = append(f.PublicImports, path)
	case "", "weak":
		f.Imports = append(f.Imports, path)
	default:
		p.fail("unexpected import: %s", word)
	}
}

func (p *parser) message() *MessageType {
	p.enter()
	defer p.leave()
	m := &MessageType{Name: p.word()}
	p.want('{')
	for p.err == nil && !p.take('}') {
		if p.take(';') {
			continue
		}
		p.member(m)
	}
	return m
}

// member reads one declaration of a message.
func (p *parser) member(m *MessageType) {
	switch label := p.word(); label {
	case "option":
		m.Options = append(m.Options, p.statementOption())
	case "message":
		if p.isType() {
			m.Messages = append(m.Messages, p.message())
			return
		}
		m.Fields = append(m.Fields, p.field("", label))
	case "enum":
		if p.isType() {
			m.Enums = append(m.Enums, p.enum())
			return
		}
		m.Fields = append(m.Fields, p.field("", label))
	case "extend":
		m.Extends = append(m.Extends, p.extend())
	case "oneof":
		m.Oneofs = append(m.Oneofs, p.oneof())
	case "reserved":
		m.Reserved = append(m.Reserved, p.ranges())
	case "extensions":
		m.Extensions = append(m.Extensions, p.ranges())
	case "optional", "required", "repeated":
		typ := p.dataType()
		if typ == "group" {
			m.Groups = append(m.Groups, p.group(label))
			return
		}
		m.Fields = append(m.Fields, p.field(label, typ))
	case "group":
		m.Groups = append(m.Groups, p.group(""))
	default:
		m.Fields = append(m.Fields, p.field("", p.typeAfter(label)))
	}
}

// isType reports whether a name and a brace follow.
func (p *parser) isType() bool {
	before := p.at
	p.word()
	ok := p.peek() == '{'
	if p.err == nil {
		p.at = before
	}
	return ok
}

// dataType reads a type.
func (p *parser) dataType() string { return p.typeAfter(p.word()) }

// typeAfter reads the rest of a type that starts with a word.
func (p *parser) typeAfter(word string) string {
	if word != "map" || p.peek() != '<' {
		return word
	}
	p.at++
	key := p.dataType()
	p.want(',')
	value := p.dataType()
	p.want('>')
	return "map<" + key + ", " + value + ">"
}

// field reads what follows the type of a field.
func (p *parser) field(label, typ string) FieldType {
	f := FieldType{Label: label, Type: typ, Name: p.word()}
	p.want('=')
	f.Tag = p.int()
	options := p.options()
	p.want(';')
	if strings.HasPrefix(typ, "map<") && label != "" {
		p.fail("'map' type cannot have label")
	}
	return withOptions(f, options)
}

// withOptions gives a field its options; two of them are fields of it.
func withOptions(f FieldType, options []Option) FieldType {
	for i := range options {
		o := &options[i]
		switch {
		case o.Name == "default" && !o.Custom:
			f.Default = &o.Value.Text
		case o.Name == "json_name" && !o.Custom:
			f.JSONName = &o.Value.Text
		default:
			f.Options = append(f.Options, *o)
		}
	}
	return f
}

func (p *parser) group(label string) Group {
	p.enter()
	defer p.leave()
	g := Group{Label: label, Name: p.word()}
	p.want('=')
	g.Tag = p.int()
	p.options()
	p.want('{')
	for p.err == nil && !p.take('}') {
		if p.take(';') {
			continue
		}
		var inner MessageType
		p.member(&inner)
		g.Fields = append(g.Fields, inner.Fields...)
	}
	return g
}

func (p *parser) oneof() OneofType {
	o := OneofType{Name: p.word()}
	p.want('{')
	for p.err == nil && !p.take('}') {
		switch word := p.dataTypeOrNothing(); word {
		case "":
		case "option":
			o.Options = append(o.Options, p.statementOption())
		case "group":
			o.Groups = append(o.Groups, p.group(""))
		default:
			o.Fields = append(o.Fields, p.field("", word))
		}
	}
	return o
}

// dataTypeOrNothing reads a type, "" for a semicolon that stands alone.
func (p *parser) dataTypeOrNothing() string {
	if p.take(';') {
		return ""
	}
	return p.dataType()
}

func (p *parser) enum() *EnumType {
	e := &EnumType{Name: p.word()}
	p.want('{')
	for p.err == nil && !p.take('}') {
		if p.take(';') {
			continue
		}
		switch word := p.word(); {
		case word == "option" && p.peek() != '=':
			e.Options = append(e.Options, p.statementOption())
		case word == "reserved" && p.peek() != '=':
			e.Reserved = append(e.Reserved, p.ranges())
		default:
			p.want('=')
			c := Constant{Name: word, Tag: p.int()}
			c.Options = p.options()
			p.want(';')
			e.Constants = append(e.Constants, c)
		}
	}
	return e
}

func (p *parser) extend() Extend {
	x := Extend{Name: p.word()}
	p.want('{')
	var inner MessageType
	for p.err == nil && !p.take('}') {
		if p.take(';') {
			continue
		}
		p.member(&inner)
	}
	x.Fields = inner.Fields
	return x
}

// ranges reads what a reserved or extensions statement lists.
func (p *parser) ranges() Ranges {
	var r Ranges
	for p.err == nil {
		if c := p.peek(); c == '"' || c == '\'' {
			r.Items = append(r.Items, Range{Name: p.str()})
		} else {
			first := p.int()
			item := Range{First: first, Last: first, Single: true}
			if c := p.peek(); c != ',' && c != ';' && c != '[' {
				if word := p.word(); word != "to" {
					p.fail("expected ',', ';' or 'to'")
				}
				item.Last, item.Single = p.last(), false
			}
			r.Items = append(r.Items, item)
		}
		if !p.take(',') {
			break
		}
	}
	r.Options = p.options()
	p.want(';')
	return r
}

// tagMax is the highest number of a field.
const tagMax = 536_870_911

// last reads the end of a range.
func (p *parser) last() int32 {
	before := p.at
	if p.word() == "max" {
		return tagMax
	}
	if p.err == nil {
		p.at = before
	}
	return p.int()
}

// int reads a number, decimal or with 0x before it.
func (p *parser) int() int32 {
	word := p.word()
	text, negative := strings.CutPrefix(word, "-")
	base := 10
	if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X") {
		text, base = text[2:], 16
	}
	n, err := strconv.ParseInt(text, base, 64)
	if negative {
		n = -n
	}
	if (err != nil || n < math.MinInt32 || n > math.MaxInt32) && p.err == nil {
		p.fail("expected an integer but was %s", word)
		return 0
	}
	return int32(n)
}
