package cdc

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/internal/java/regex"
)

// Patterns is a list of regular expressions, each of which has to match a whole name, in any case.
// Source: io.debezium.function.Predicates.includes.
type Patterns []*regex.Pattern

// ParsePatterns reads a list separated by commas; a backslash before a comma makes it part of an expression.
//
// Errors: the expression that is none, with the name of the key.
func ParsePatterns(key, list string) (Patterns, error) {
	var out Patterns
	for _, text := range splitList(list) {
		p, err := regex.Compile("(?i)" + text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", key, text, err)
		}
		out = append(out, p)
	}
	return out, nil
}

func splitList(list string) (out []string) {
	var b strings.Builder
	end := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, s)
		}
		b.Reset()
	}
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\' && i+1 < len(list) && list[i+1] == ',':
			b.WriteByte(',')
			i++
		case c == ',':
			end()
		default:
			b.WriteByte(c)
		}
	}
	end()
	return out
}

// Match reports whether one of them is the whole of a name.
func (p Patterns) Match(name string) (bool, error) {
	i, err := p.First(name)
	return i < len(p), err
}

// First returns the place of the first of them that is the whole of a name; len(p) where none is.
func (p Patterns) First(name string) (int, error) {
	for i, e := range p {
		if ok, err := e.Matches(name); err != nil {
			return len(p), err
		} else if ok {
			return i, nil
		}
	}
	return len(p), nil
}

// Lists is an include list and an exclude list: where there is an include list the other one counts for nothing.
type Lists struct{ Include, Exclude Patterns }

// ParseLists reads both; they exclude each other.
func ParseLists(includeKey, include, excludeKey, exclude string) (l Lists, err error) {
	if l.Include, err = ParsePatterns(includeKey, include); err != nil {
		return l, err
	}
	l.Exclude, err = ParsePatterns(excludeKey, exclude)
	return l, err
}

// Match reports whether a name is captured.
func (l *Lists) Match(name string) (bool, error) {
	if len(l.Include) > 0 {
		return l.Include.Match(name)
	}
	out, err := l.Exclude.Match(name)
	return !out, err
}

// KeyColumns is message.key.columns: which columns make the key of which tables.
type KeyColumns []keyColumn

type keyColumn struct{ pattern *regex.Pattern }

// ParseKeyColumns reads table:column,column;table:column. Table and column are expressions together: table.column.
// Source: Key.CustomKeyMapper.
func ParseKeyColumns(key, text string) (KeyColumns, error) {
	var out KeyColumns
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		table, columns, ok := strings.Cut(part, ":")
		if !ok || columns == "" || strings.ContainsAny(part, " \t") {
			return nil, fmt.Errorf("%s: %q is not of the form table:column,column", key, part)
		}
		for column := range strings.SplitSeq(columns, ",") {
			p, err := regex.Compile("(?i)" + table + "." + column)
			if err != nil {
				return nil, fmt.Errorf("%s: %q: %w", key, part, err)
			}
			out = append(out, keyColumn{p})
		}
	}
	return out, nil
}

// Of returns the places of the key's columns, in the order of the expressions; none where no expression matches.
func (k KeyColumns) Of(table string, columns []string) (out []int, err error) {
	for _, e := range k {
		for i, c := range columns {
			ok, err := e.pattern.Matches(table + "." + c)
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, i)
			}
		}
	}
	return out, nil
}
