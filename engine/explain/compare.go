package explain

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
)

// compare compares what came out with an expectation, of which only the members that are there count. The
// result is empty where they agree, else lines with - for what was expected and + for what came.
func compare(want tagged.Node, t *Trace) string {
	if e := want.Get("error"); !e.Missing {
		switch {
		case t.Failure == nil:
			return "- error: " + e.Text + "\n+ " + string(appendOut(nil, t)) + "\n"
		case !strings.Contains(t.Failure.String(), e.Text):
			return "- error: " + e.Text + "\n+ error: " + t.Failure.String() + "\n"
		}
		return ""
	}
	if t.Failure != nil {
		return "- " + string(appendNode(nil, want)) + "\n+ error: " + t.Failure.String() + "\n"
	}
	var b strings.Builder
	got := t.Final()
	for i, name := range want.Names {
		switch w := want.Items[i]; name {
		case "topic":
			compareText(&b, name, w, strconv.Quote(got.Topic), w.Kind == '"' && w.Text == got.Topic)
		case "partition":
			compareNumber(&b, name, w, int64(got.Partition), got.Partition == batch.NoPartition)
		case "timestamp":
			compareNumber(&b, name, w, got.Timestamp, got.Timestamp == batch.NoTimestamp)
		case "key":
			compareDatum(&b, name, w, got.KeySchema, got.Key)
		case "value":
			compareDatum(&b, name, w, got.ValueSchema, got.Value)
		case "headers":
			compareHeaders(&b, w, got)
		}
	}
	return b.String()
}

func compareText(b *strings.Builder, name string, want tagged.Node, got string, same bool) {
	if !same {
		fmt.Fprintf(b, "- %s = %s\n+ %s = %s\n", name, appendNode(nil, want), name, got)
	}
}

func compareNumber(b *strings.Builder, name string, want tagged.Node, got int64, none bool) {
	text := strconv.FormatInt(got, 10)
	if none {
		text = "null"
	}
	n, err := want.Number(64)
	compareText(b, name, want, text, none && want.IsNull() || !none && !want.IsNull() && err == nil && n == got)
}

// compareDatum compares plain JSON by content, a value with its schema exactly.
func compareDatum(b *strings.Builder, path string, want tagged.Node, s *batch.Schema, v batch.Value) {
	d, err := datumOf(want)
	if err != nil {
		fmt.Fprintf(b, "- %s = %s: %v\n", path, appendNode(nil, want), err)
		return
	}
	switch d.Form {
	case DatumTyped:
		if d.Schema.Equal(s) && d.Value.Equal(v) {
			return
		}
		if !d.Schema.Equal(s) {
			fmt.Fprintf(b, "- %s schema: %s\n+ %s schema: %s\n", path, shownSchema(d.Schema), path, shownSchema(s))
		}
		for _, l := range diffLines(appendLines(nil, path, d.Schema, d.Value), appendLines(nil, path, s, v)) {
			b.WriteString(l + "\n")
		}
	case DatumBytes:
		if d.Bytes == nil {
			compareText(b, path, want, string(appendPlain(nil, v)), v.IsNull())
		} else {
			compareText(b, path, want, string(appendPlain(nil, v)), v.Tag() == batch.TagBytes && string(v.Bytes()) == string(d.Bytes))
		}
	default:
		got, err := tagged.Parse(appendPlain(nil, v))
		if err != nil {
			fmt.Fprintf(b, "+ %s: %v\n", path, err)
			return
		}
		compareNodes(b, path, want, got)
	}
}

// compareNodes compares JSON values: members in any order, numbers by value.
func compareNodes(b *strings.Builder, path string, want, got tagged.Node) {
	switch {
	case want.Kind == '{' && got.Kind == '{':
		for i, name := range want.Names {
			p := path + "." + member(name)
			if g := got.Get(name); g.Missing {
				fmt.Fprintf(b, "- %s = %s\n", p, appendNode(nil, want.Items[i]))
			} else {
				compareNodes(b, p, want.Items[i], g)
			}
		}
		for i, name := range got.Names {
			if want.Get(name).Missing {
				fmt.Fprintf(b, "+ %s.%s = %s\n", path, member(name), appendNode(nil, got.Items[i]))
			}
		}
	case want.Kind == '[' && got.Kind == '[' && len(want.Items) == len(got.Items):
		for i := range want.Items {
			compareNodes(b, fmt.Sprintf("%s[%d]", path, i), want.Items[i], got.Items[i])
		}
	case want.Kind == '0' && got.Kind == '0' && sameNumber(want.Text, got.Text):
	default:
		compareText(b, path, want, string(appendNode(nil, got)), string(appendNode(nil, want)) == string(appendNode(nil, got)))
	}
}

// sameNumber compares decimals by value. Exponents beyond what Connect's numbers have make them texts.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	if hugeExponent(a) || hugeExponent(b) {
		return false
	}
	x, okA := new(big.Rat).SetString(a)
	y, okB := new(big.Rat).SetString(b)
	return okA && okB && x.Cmp(y) == 0
}

func hugeExponent(s string) bool {
	_, e, ok := strings.Cut(strings.ToLower(s), "e")
	if !ok {
		return false
	}
	n, err := strconv.Atoi(e)
	return err != nil || n > 400 || n < -400
}

func compareHeaders(b *strings.Builder, want tagged.Node, got *State) {
	list, err := headersOf(want)
	if err != nil {
		fmt.Fprintf(b, "- headers: %v\n", err)
		return
	}
	for i, h := range list {
		if i >= len(got.Headers) || got.Headers[i].Key != h.Name {
			fmt.Fprintf(b, "- headers = %s\n+ headers = %s\n", appendNode(nil, want), appendNode(nil, got.headersNode()))
			return
		}
	}
	if len(list) != len(got.Headers) {
		fmt.Fprintf(b, "- headers = %s\n+ headers = %s\n", appendNode(nil, want), appendNode(nil, got.headersNode()))
		return
	}
	for i, h := range list {
		g := got.Headers[i]
		v := g.Value
		if !g.Decoded && g.Raw != nil {
			v = batch.BytesValue(g.Raw)
		}
		compareDatum(b, "headers."+member(h.Name), h.node(), g.Schema, v)
	}
}

// node is the datum as it was written.
func (d *Datum) node() tagged.Node {
	var text []byte
	switch d.Form {
	case DatumPlain:
		return d.Plain
	case DatumTyped:
		text = appendTyped(nil, d.Schema, d.Value)
	default:
		text = appendBase64(nil, d.Bytes)
	}
	n, _ := tagged.Parse(text) // our own text
	return n
}

// headersNode is the headers as an array of names and plain values.
func (s *State) headersNode() tagged.Node {
	out := tagged.Node{Kind: '['}
	for _, h := range s.Headers {
		v, _ := tagged.Parse(appendPlain(nil, h.Value)) // our own text
		if !h.Decoded {
			v, _ = tagged.Parse(appendBase64(nil, h.Raw))
		}
		out.Items = append(out.Items, tagged.Node{Kind: '{', Names: []string{"name", "value"},
			Items: []tagged.Node{{Kind: '"', Text: h.Key}, v}})
	}
	return out
}
