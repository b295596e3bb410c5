package jsonschema

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// document is a text that references point into.
type document struct {
	root *jsonscan.Node
	base string // what it calls itself
	ids  map[string]*jsonscan.Node
}

// reference makes a schema of a $ref in doc. Nothing is fetched: what is referred to is in the text itself, or in a text
// that was registered as a reference. Two references to one place have one referred schema.
// Source: org.everit.json.schema.loader.ReferenceLookup.
func (l *loader) reference(doc *document, ref *jsonscan.Node, depth int) (*schema, error) {
	if ref.Kind != jsonscan.String {
		return nil, invalid("$ref: expected a string, found %s", ref.Kind.TypeName())
	}
	to, n := l.find(doc, ref.Text)
	if n == nil {
		return nil, invalid("$ref %q points to nothing in the schema or in its registered references; nothing is fetched from elsewhere: register it as a reference of that name", ref.Text)
	}
	s := &schema{class: classReference}
	if known, ok := l.referred[n]; ok {
		s.referred = known
		return s, nil
	}
	s.referred = &schema{}
	l.referred[n] = s.referred // before it is loaded: it may refer to itself
	made, err := l.schema(to, n, depth+1)
	if err != nil {
		return nil, err
	}
	*s.referred = *made
	return s, nil
}

// find returns the place that a reference in doc points to, nil for none.
func (l *loader) find(doc *document, ref string) (*document, *jsonscan.Node) {
	name, fragment, _ := strings.Cut(ref, "#")
	if name == "" || name == doc.base {
		return doc, doc.at(fragment, l.idKeyword())
	}
	if n := doc.named(ref, l.idKeyword()); n != nil {
		return doc, n
	}
	for _, candidate := range []string{strings.TrimPrefix(name, "./"), resolved(doc.base, name), ref} {
		if to := l.documents[candidate]; to != nil {
			return to, to.at(fragment, l.idKeyword())
		}
	}
	return nil, nil
}

// resolved returns a name relative to base.
func resolved(base, name string) string {
	b, err := url.Parse(base)
	if err != nil {
		return name
	}
	r, err := b.Parse(name)
	if err != nil {
		return name
	}
	return r.String()
}

// at returns what a fragment of a URI points to.
func (d *document) at(fragment, idKeyword string) *jsonscan.Node {
	if fragment == "" {
		return d.root
	}
	if fragment[0] != '/' {
		return d.named("#"+fragment, idKeyword)
	}
	if text, err := url.PathUnescape(fragment); err == nil {
		fragment = text
	}
	n := d.root
	for i, step := range strings.Split(fragment[1:], "/") {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		next := child(n, step)
		if next == nil && i == 0 && step == "$defs" {
			next = n.Member("definitions") // whatever the draft calls them. Source: JsonSchema.mergeDefBuckets
		}
		if n = next; n == nil {
			return nil
		}
	}
	return n
}

func child(n *jsonscan.Node, step string) *jsonscan.Node {
	if n.Kind != jsonscan.Array {
		return n.Member(step)
	}
	i, err := strconv.Atoi(step)
	if err != nil || i < 0 || i >= len(n.Items) {
		return nil
	}
	return &n.Items[i]
}

// named returns the schema that calls itself by a name, nil for none.
func (d *document) named(name, idKeyword string) *jsonscan.Node {
	if d.ids == nil {
		d.ids = map[string]*jsonscan.Node{}
		d.collect(d.root, idKeyword)
	}
	return d.ids[name]
}

func (d *document) collect(n *jsonscan.Node, idKeyword string) {
	for _, k := range [...]string{idKeyword, "id", "$anchor"} {
		id := n.Member(k)
		if id == nil || id.Kind != jsonscan.String {
			continue
		}
		name := id.Text
		if k == "$anchor" {
			name = "#" + name
		}
		if _, there := d.ids[name]; !there {
			d.ids[name] = n
		}
	}
	for i := range n.Items {
		d.collect(&n.Items[i], idKeyword)
	}
}
