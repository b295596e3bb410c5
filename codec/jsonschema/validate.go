package jsonschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	validation "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/regex"
)

// validator checks values against a schema. Safe for concurrent use.
type validator struct {
	*completion
	schema *validation.Schema
	hashes bool // the original has what it has checked in HashMaps
}

// inputURI is what a schema without a name is called. Source: JsonSchema.DEFAULT_BASE_URI.
const inputURI = "mem://input"

// newValidator returns a validator of a text whose references are given by name. Nothing is fetched from elsewhere.
//
// Errors: illegalArgument for a text that is no schema of its draft.
func newValidator(text string, references []named) (*validator, error) {
	l, doc, err := newLoader(text, references)
	if err != nil {
		return nil, err
	}
	root, d := doc.root, l.draft
	count := costs{l, map[*jsonscan.Node]int{}, map[*jsonscan.Node]bool{}}
	if count.cost(doc, root, 0) >= costMax {
		return nil, invalid("references make the schema one of more than %d parts; it is not used for validation: set %s=false", costMax, keyFailInvalid)
	}
	c := validation.NewCompiler()
	c.DefaultDraft(map[draft]*validation.Draft{
		draft4: validation.Draft4, draft6: validation.Draft6, draft7: validation.Draft7, draft2019: validation.Draft2019, draft2020: validation.Draft2020,
	}[d])
	c.UseRegexpEngine(compilePattern)
	if !d.modern() {
		c.AssertFormat()
		for _, f := range otherFormats {
			c.RegisterFormat(&validation.Format{Name: f, Validate: func(any) error { return nil }})
		}
	}
	base := doc.base
	if base == "" {
		base = inputURI
	}
	known := registered{}
	for _, r := range references {
		n, err := parseText(r.text)
		if err != nil {
			return nil, err
		}
		doc := documentOf(n, d)
		for _, uri := range [...]string{r.name, resolved(base, r.name), resolved(inputURI, r.name)} {
			known[uri] = doc
		}
	}
	c.UseLoader(known)
	if err := c.AddResource(inputURI, documentOf(root, d)); err != nil {
		return nil, invalid("%s", err)
	}
	s, err := c.Compile(inputURI)
	if err != nil {
		return nil, invalid("%s", err)
	}
	return &validator{newCompletion(l, doc, s), s, !d.modern()}, nil
}

// otherFormats are checked by the library, not by the original. Source: org.everit.json.schema.loader.SpecificationVersion.
var otherFormats = []string{"uuid", "duration", "period", "semver", "idn-email", "idn-hostname", "iri", "iri-reference", "unknown"}

// registered are documents by their URIs.
type registered map[string]any

// Load implements validation.URLLoader.
func (r registered) Load(uri string) (any, error) {
	if doc, ok := r[uri]; ok {
		return doc, nil
	}
	return nil, fmt.Errorf("%q is no registered reference; nothing is fetched from elsewhere", uri)
}

// documentOf is a schema as the library wants it: without the name of its draft, which is told beforehand, and with all
// definitions under $defs. Source: JsonSchema.mergeDefBuckets.
func documentOf(n *jsonscan.Node, d draft) any {
	doc, err := plainOf(n)
	o, ok := doc.(map[string]any)
	if err != nil || !ok {
		return doc
	}
	delete(o, "$schema")
	soften(o, d)
	definitions, _ := o["definitions"].(map[string]any)
	defs, are := o["$defs"].(map[string]any)
	if len(definitions) == 0 || o["$defs"] != nil && !are {
		return doc
	}
	merged := map[string]any{}
	for _, some := range [...]map[string]any{definitions, defs} {
		for name, s := range some {
			merged[name] = s
		}
	}
	o["$defs"] = merged
	return doc
}

// check says why a value is not valid.
//
// Errors: of class ValidationException.
func (v *validator) check(n *jsonscan.Node) error {
	value, err := plainOf(n)
	if err == nil {
		err = v.schema.Validate(value)
	}
	if err == nil {
		return nil
	}
	return &codec.Error{Class: validationException, Text: report(err), Pos: -1}
}

// reportMax is how many places a report names at most.
const reportMax = 20

// report says where a value breaks which rule, in an order that is always the same.
func report(err error) string {
	var e *validation.ValidationError
	if !errors.As(err, &e) {
		return err.Error()
	}
	p := message.NewPrinter(language.English)
	var places []string
	var walk func(e *validation.ValidationError)
	walk = func(e *validation.ValidationError) {
		for _, c := range e.Causes {
			walk(c)
		}
		if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
			slices.Sort(k.Properties) // they come in any order
		}
		if len(e.Causes) == 0 {
			places = append(places, "#/"+strings.Join(e.InstanceLocation, "/")+": "+e.ErrorKind.LocalizedString(p))
		}
	}
	walk(e)
	slices.Sort(places)
	places = slices.Compact(places)
	if n := len(places) - reportMax; n > 0 {
		places = append(places[:reportMax], fmt.Sprintf("and %d more", n))
	}
	return strings.Join(places, "; ")
}

// checkText is check of a text that was written. Names in it may be what no reader takes: the original looks at the values, not at their text.
func (v *validator) checkText(text []byte) error {
	n, err := jsonscan.ParseChars(text)
	if err != nil {
		return err
	}
	return v.check(&n)
}

// exponentMax bounds the numbers that are validated: exact arithmetic on others takes any memory.
const exponentMax = 5_000

// plainOf is a value as the library wants it.
func plainOf(n *jsonscan.Node) (any, error) {
	switch n.Kind {
	case jsonscan.Boolean:
		return n.Bool, nil
	case jsonscan.String:
		return wholeText(n.Text), nil
	case jsonscan.Integer, jsonscan.Decimal:
		if d := n.DecimalValue(); d.Scale() > exponentMax || d.Scale() < -exponentMax {
			return nil, fmt.Errorf("a number has an exponent beyond %d", exponentMax)
		}
		return json.Number(appendNode(nil, n)), nil
	case jsonscan.Array:
		out := make([]any, len(n.Items))
		for i := range n.Items {
			v, err := plainOf(&n.Items[i])
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case jsonscan.Object:
		out := make(map[string]any, len(n.Items))
		for i := range n.Items {
			v, err := plainOf(&n.Items[i])
			if err != nil {
				return nil, err
			}
			out[wholeText(n.Names[i])] = v
		}
		return out, nil
	}
	return nil, nil
}

// wholeText is s with private characters in place of halves of characters, each with one of its own, so that they count as one character and differ
// as they do in Java.
func wholeText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	const firstHalf, firstPrivate = 0xd800, 0x10f000
	units := java.UTF16Units([]byte(s))
	out := make([]byte, 0, len(s)+len(units))
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if i+1 < len(units) {
				pair = utf16.DecodeRune(r, rune(units[i+1]))
			}
			if pair == utf8.RuneError {
				r += firstPrivate - firstHalf
			} else {
				r = pair
				i++
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// pattern matches as Java does, in bounded time.
type pattern struct {
	*regex.Pattern
	text string
}

func compilePattern(text string) (validation.Regexp, error) {
	if _, err := regex.Compile(text); err != nil {
		return nil, err
	}
	p, err := regex.Compile("(?s:.*?)(?:" + text + ")(?s:.*)") // a match anywhere
	if err != nil {
		return nil, err
	}
	return pattern{p, text}, nil
}

// String implements validation.Regexp.
func (p pattern) String() string { return p.text }

// MatchString implements validation.Regexp. What takes too long does not match.
func (p pattern) MatchString(s string) bool {
	found, err := p.Matches(s)
	return err == nil && found
}
