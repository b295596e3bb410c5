package codectest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
)

// Op is what a vector asks of a converter: the operation of the conformance protocol.
type Op string

// The operations.
const (
	ToConnect         Op = "toConnect"
	FromConnect       Op = "fromConnect"
	ToConnectHeader   Op = "toConnectHeader"
	FromConnectHeader Op = "fromConnectHeader"
)

// Vector is a configured class of the original, what it was asked and what it answered. In a file it is
// one line of JSON:
//
//	{"op":"toConnect","topic":"t","plugins":[{"class":C,"config":{"k":"v"},"isKey":false}],
//	 "items":[{"bytes":base64 or null} or {"schema":S,"value":V}],
//	 "answers":[{"schema":S,"value":V} or {"bytes":…} or {"error":{"type":T,"message":M}}]}
//
// and a class that could not be configured has "setup":{"type":T,"message":M} instead of answers. Members
// that are not named here are ignored, so lines of fuzz/differential's corpus are vectors too.
type Vector struct {
	Place  string // file and line
	Op     Op
	Topic  string
	Class  string
	Config map[string]string
	IsKey  bool
	Setup  *Failure
	Cases  []Case
}

// Case is one item and its answer.
type Case struct {
	Bytes   []byte // nil: null; asked of to…, answered by from…
	Schema  *batch.Schema
	Value   batch.Value
	Failure *Failure // nil: it succeeded
}

// Failure is the exception of the original: the simple name of its class, and its message.
type Failure struct{ Type, Message string }

// ReadVectors reads the vectors of a file. Its first line says whose answers they are:
// {"answers-of":{"kafka":"4.3.1","jdk":"25"}}.
func ReadVectors(t TB, path string) []Vector {
	t.Helper()
	var out []Vector
	for i, n := range lines(t, path) {
		if i == 0 {
			if n.Get("answers-of").Missing {
				t.Fatalf("codectest: %s: the first line does not say whose answers follow", path)
			}
			continue
		}
		v, err := vectorOf(n)
		if err != nil {
			t.Fatalf("codectest: %s:%d: %v", path, i+1, err)
		}
		v.Place = fmt.Sprintf("%s:%d", path, i+1)
		out = append(out, v)
	}
	return out
}

func lines(t TB, path string) []tagged.Node {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("codectest: %v", err)
	}
	var out []tagged.Node
	scan := bufio.NewScanner(bytes.NewReader(text))
	scan.Buffer(nil, len(text)+1)
	for scan.Scan() {
		n, err := tagged.Parse(scan.Bytes())
		if err != nil {
			t.Fatalf("codectest: %s:%d: %v", path, len(out)+1, err)
		}
		out = append(out, n)
	}
	return out
}

func vectorOf(n tagged.Node) (Vector, error) {
	v := Vector{Op: Op(n.Get("op").Text), Topic: n.Get("topic").Text}
	plugins := n.Get("plugins")
	if len(plugins.Items) != 1 {
		return v, fmt.Errorf("%d plugins, not one", len(plugins.Items))
	}
	p := plugins.Items[0]
	v.Class, v.IsKey = p.Get("class").Text, p.Get("isKey").Kind == 't'
	v.Config = map[string]string{}
	for i, name := range p.Get("config").Names {
		v.Config[name] = p.Get("config").Items[i].Text
	}
	if s := n.Get("setup"); !s.IsNull() {
		v.Setup = failureOf(s)
		return v, nil
	}
	items, answers := n.Get("items").Items, n.Get("answers").Items
	if len(items) != len(answers) {
		return v, fmt.Errorf("%d items and %d answers", len(items), len(answers))
	}
	for i := range items {
		c, err := caseOf(items[i], answers[i], strings.HasPrefix(string(v.Op), "to"))
		if errors.Is(err, tagged.ErrTwice) && c.Failure != nil && c.Failure.Type == "SchemaBuilderException" {
			continue // the schema was refused, before any converter could be asked
		}
		if err != nil {
			return v, fmt.Errorf("item %d: %w", i, err)
		}
		v.Cases = append(v.Cases, c)
	}
	return v, nil
}

func failureOf(n tagged.Node) *Failure { return &Failure{n.Get("type").Text, n.Get("message").Text} }

// caseOf reads an item and its answer; reading says that the item is the bytes.
func caseOf(item, answer tagged.Node, reading bool) (Case, error) {
	var c Case
	if e := answer.Get("error"); !e.IsNull() {
		c.Failure = failureOf(e)
	}
	raw, data := answer, item
	if reading {
		raw, data = item, answer
	}
	if b := raw.Get("bytes"); !b.IsNull() {
		var err error
		if c.Bytes, err = base64.StdEncoding.DecodeString(b.Text); err != nil {
			return c, err
		}
	}
	var err error
	if c.Schema, err = tagged.SchemaOf(data.Get("schema")); err != nil {
		return c, err
	}
	c.Value, err = tagged.ValueOf(c.Schema, data.Get("value"))
	return c, err
}
