package jsonschema

import (
	validation "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// completion adds the members that a valid value lacks and that have a default, as the original's library does while it validates. Alternatives add
// what they have if they hold. A default stays as it is. Nil adds nothing. Safe for concurrent use.
// Source: org.everit.json.schema.ObjectSchemaValidatingVisitor, ValidatingVisitor.
type completion struct {
	*loader
	doc    *document
	schema *validation.Schema // says which alternatives hold
}

// newCompletion returns what completes values of a text, nil for modern drafts and where nothing has a default.
func newCompletion(l *loader, doc *document, s *validation.Schema) *completion {
	has := hasDefault(doc.root)
	doc.named("", l.idKeyword()) // names are found before they are shared
	for _, d := range l.documents {
		has = has || hasDefault(d.root)
		d.named("", l.idKeyword())
	}
	if l.modern() || !has {
		return nil
	}
	return &completion{l, doc, s}
}

// hasDefault reports whether the word stands anywhere in a text.
func hasDefault(n *jsonscan.Node) bool {
	if n.Member(keywordDefault) != nil {
		return true
	}
	for i := range n.Items {
		if hasDefault(&n.Items[i]) {
			return true
		}
	}
	return false
}

// complete changes n, which is valid.
func (c *completion) complete(n *jsonscan.Node) {
	if c != nil {
		c.under(place{c.doc, c.doc.root, c.schema}, n)
	}
}

// place is a schema in a text, and what the library made of it.
type place struct {
	doc  *document
	raw  *jsonscan.Node
	made *validation.Schema
}

func (c *completion) under(p place, n *jsonscan.Node) {
	if n.Kind != jsonscan.Object && n.Kind != jsonscan.Array || p.made == nil || p.raw == nil {
		return
	}
	if ref := p.raw.Member("$ref"); ref != nil {
		doc, raw := c.find(p.doc, ref.Text)
		c.under(place{doc, raw, p.made.Ref}, n)
		return
	}
	for i, s := range p.made.AllOf {
		c.under(p.item(string(allOf), i, s), n)
	}
	for i, s := range p.made.AnyOf {
		c.alternative(p.item(string(anyOf), i, s), n)
	}
	for i, s := range p.made.OneOf {
		c.alternative(p.item(string(oneOf), i, s), n)
	}
	if p.made.If != nil {
		then := p.at("else", p.made.Else)
		if holds(p.made.If, n) {
			c.under(p.at("if", p.made.If), n)
			then = p.at("then", p.made.Then)
		}
		c.under(then, n)
	}
	if n.Kind == jsonscan.Array {
		c.items(p, n)
	} else {
		c.members(p, n)
	}
}

// alternative completes n under a schema that may hold or not.
func (c *completion) alternative(p place, n *jsonscan.Node) {
	if holds(p.made, n) {
		c.under(p, n)
	}
}

// holds reports whether n is valid under s.
func holds(s *validation.Schema, n *jsonscan.Node) bool {
	value, err := plainOf(n)
	return err == nil && s.Validate(value) == nil
}

// at is the schema under a keyword.
func (p place) at(keyword string, made *validation.Schema) place {
	return place{p.doc, p.raw.Member(keyword), made}
}

// item is the ith schema of the list under a keyword.
func (p place) item(keyword string, i int, made *validation.Schema) place {
	list := p.raw.Member(keyword)
	if list == nil || i >= len(list.Items) {
		return place{}
	}
	return place{p.doc, &list.Items[i], made}
}

// named is the schema of a name under a keyword.
func (p place) named(keyword, name string, made *validation.Schema) place {
	all := p.raw.Member(keyword)
	if all == nil {
		return place{}
	}
	return place{p.doc, all.Member(name), made}
}

func (c *completion) items(p place, n *jsonscan.Node) {
	each, _ := p.made.Items.(*validation.Schema)
	tuple, _ := p.made.Items.([]*validation.Schema)
	rest, _ := p.made.AdditionalItems.(*validation.Schema)
	for i := range n.Items {
		switch {
		case i < len(tuple):
			c.under(p.item("items", i, tuple[i]), &n.Items[i])
		case tuple != nil:
			c.under(p.at("additionalItems", rest), &n.Items[i])
		default:
			c.under(p.at("items", each), &n.Items[i])
		}
		if p.made.Contains != nil {
			c.alternative(p.at("contains", p.made.Contains), &n.Items[i])
		}
	}
}

// members completes the members of an object and then adds to them.
func (c *completion) members(p place, n *jsonscan.Node) {
	rest, _ := p.made.AdditionalProperties.(*validation.Schema)
	for i, name := range n.Names {
		plain := wholeText(name)
		known := p.made.Properties[plain] != nil
		for pattern, s := range p.made.PatternProperties {
			if pattern.MatchString(plain) {
				known = true
				c.under(p.named("patternProperties", pattern.String(), s), &n.Items[i])
			}
		}
		if !known {
			c.under(p.at("additionalProperties", rest), &n.Items[i])
		}
	}
	for name, of := range p.made.Dependencies {
		if s, is := of.(*validation.Schema); is && n.Member(name) != nil {
			c.under(p.named("dependencies", name, s), n)
		}
	}
	properties := p.raw.Member("properties")
	if properties == nil {
		return
	}
	find := membersOf(n)
	for i, name := range properties.Names {
		raw := &properties.Items[i]
		if m := find(name); m != nil {
			c.under(place{p.doc, raw, p.made.Properties[wholeText(name)]}, m)
			continue
		}
		if standard := raw.Member(keywordDefault); standard != nil && raw.Member("$ref") == nil {
			n.Names, n.Items = append(n.Names, name), append(n.Items, cloned(standard))
			find = membersOf(n)
		}
	}
}
