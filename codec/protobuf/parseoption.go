package protobuf

import (
	"slices"
	"strings"
)

func (p *parser) service() Service {
	s := Service{Name: p.word()}
	p.want('{')
	for p.err == nil && !p.take('}') {
		if p.take(';') {
			continue
		}
		switch word := p.word(); word {
		case "option":
			s.Options = append(s.Options, p.statementOption())
		case "rpc":
			s.Methods = append(s.Methods, p.method())
		default:
			p.fail("unexpected label: %s", word)
		}
	}
	return s
}

func (p *parser) method() Method {
	m := Method{Name: p.word()}
	m.Request, m.StreamsRequest = p.streamed()
	if word := p.word(); word != "returns" {
		p.fail("expected 'returns'")
	}
	m.Response, m.StreamsAnswer = p.streamed()
	if !p.take('{') {
		p.want(';')
		return m
	}
	for p.err == nil && !p.take('}') {
		if p.take(';') {
			continue
		}
		if word := p.word(); word != "option" {
			p.fail("unexpected label: %s", word)
		}
		m.Options = append(m.Options, p.statementOption())
	}
	p.take(';')
	return m
}

// streamed reads a type in parentheses.
func (p *parser) streamed() (name string, stream bool) {
	p.want('(')
	name = p.word()
	if name == "stream" && p.peek() != ')' {
		name, stream = p.word(), true
	}
	p.want(')')
	return name, stream
}

// statementOption reads what follows the word option.
func (p *parser) statementOption() Option {
	o := p.option('=')
	p.want(';')
	return o
}

// options reads options in brackets, none where there is no bracket. Source: OptionReader.readOptions.
func (p *parser) options() []Option {
	if !p.take('[') {
		return nil
	}
	var out []Option
	for p.err == nil {
		out = append(out, p.option('='))
		if p.take(']') {
			break
		}
		p.want(',')
	}
	return out
}

// option reads a name and a value. Source: OptionReader.readOption.
func (p *parser) option(separator byte) Option {
	p.enter()
	defer p.leave()
	var o Option
	o.Name, o.Custom = p.name()
	var members []string
	if p.peek() == '.' {
		p.at++
		name, _ := p.name()
		members = strings.Split(name, ".")
	}
	if separator != ':' || p.peek() != '{' && p.peek() != '[' {
		p.want(separator)
	}
	o.Value = p.optionValue()
	for _, name := range slices.Backward(members) {
		o.Value = OptionValue{Kind: OptionNested, Names: []string{name}, Items: []OptionValue{o.Value}}
	}
	return o
}

func (p *parser) optionValue() OptionValue {
	p.enter()
	defer p.leave()
	switch c := p.peek(); {
	case c == '{':
		p.at++
		return p.optionMap()
	case c == '[':
		p.at++
		v := OptionValue{Kind: OptionList}
		for p.err == nil && !p.take(']') {
			v.Items = append(v.Items, p.optionValue())
			if !p.take(',') {
				p.want(']')
				break
			}
		}
		return v
	case c == '"' || c == '\'':
		return OptionValue{Kind: OptionString, Text: p.str()}
	case c >= '0' && c <= '9' || c == '-':
		return OptionValue{Kind: OptionNumber, Text: p.word()}
	}
	word := p.word()
	if word == "true" || word == "false" {
		return OptionValue{Kind: OptionBoolean, Text: word}
	}
	return OptionValue{Kind: OptionEnum, Text: word}
}

// optionMap reads members up to a brace; a name that comes again makes a list. Source: OptionReader.readMap.
func (p *parser) optionMap() OptionValue {
	v := OptionValue{Kind: OptionMap}
	for p.err == nil && !p.take('}') {
		o := p.option(':')
		switch old := v.member(o.Name); {
		case old == nil:
			v.Names, v.Items = append(v.Names, o.Name), append(v.Items, o.Value)
		case old.Kind == OptionList && o.Value.Kind == OptionList:
			old.Items = append(old.Items, o.Value.Items...)
		case old.Kind == OptionList:
			old.Items = append(old.Items, o.Value)
		default:
			*old = OptionValue{Kind: OptionList, Items: []OptionValue{*old, o.Value}}
		}
		if !p.take(',') {
			p.take(';')
		}
	}
	return v
}
