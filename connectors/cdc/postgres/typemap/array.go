package typemap

import (
	"bytes"
	"errors"

	"github.com/millrace/millrace/batch"
)

var errArray = errors.New("is no array")

// parseArray reads {a,"b c",NULL} of elements of a type; elements of inner arrays follow one another.
func parseArray(of *Type, element parse) parse {
	delimiter := of.Delimiter
	return func(text []byte) (batch.Value, error) {
		if len(text) > 0 && text[0] == '[' { // bounds: [0:2]={…}
			at := bytes.IndexByte(text, '=')
			if at < 0 {
				return batch.Value{}, errArray
			}
			text = text[at+1:]
		}
		if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
			return batch.Value{}, errArray
		}
		out := []batch.Value{}
		for s := text; len(s) > 0; {
			switch s[0] {
			case '{', '}', delimiter:
				s = s[1:]
				continue
			}
			word, rest, ok := arrayWord(s, delimiter)
			if !ok {
				return batch.Value{}, errArray
			}
			if s[0] != '"' && string(word) == "NULL" {
				out = append(out, batch.Null())
			} else {
				v, err := element(word)
				if err != nil {
					return batch.Value{}, err
				}
				out = append(out, v)
			}
			s = rest
		}
		return batch.ArrayValue(out), nil
	}
}

// arrayWord cuts one element, quoted or not.
func arrayWord(s []byte, delimiter byte) (word, rest []byte, ok bool) {
	if s[0] == '"' {
		text, rest, ok := quoted(s)
		return []byte(text), rest, ok
	}
	n := 0
	for n < len(s) && s[n] != delimiter && s[n] != '}' {
		n++
	}
	return s[:n], s[n:], n < len(s)
}
