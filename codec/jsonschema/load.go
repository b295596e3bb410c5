package jsonschema

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// Bounds of what a hostile text can make of itself.
const (
	textMax  = 4 << 20 // bytes of a schema
	depthMax = 256     // schemas in one another
)

// loader makes schemas of texts. Source: org.everit.json.schema.loader.SchemaLoader; for drafts from 2019-09 on
// com.github.erosb.jsonsKema with io.confluent.kafka.schemaregistry.json.schema.SchemaTranslator.
type loader struct {
	draft
	documents map[string]*document // by the names of references
	referred  map[*jsonscan.Node]*schema
}

// load reads a text whose references are given by name.
//
// Errors: illegalArgument as the original's parser says it.
func load(text string, references []named, ignoreModern bool) (*schema, error) {
	l, doc, err := newLoader(text, references)
	if err != nil {
		return nil, err
	}
	if ignoreModern && l.modern() {
		l.draft = draft7
	}
	return l.schema(doc, doc.root, 0)
}

// newLoader returns what loads a text, and the text.
func newLoader(text string, references []named) (*loader, *document, error) {
	root, err := parseText(text)
	if err != nil {
		return nil, nil, err
	}
	l := &loader{draft: draftOf(root), documents: map[string]*document{}, referred: map[*jsonscan.Node]*schema{}}
	for _, r := range references {
		n, err := parseText(r.text)
		if err != nil {
			return nil, nil, err
		}
		l.documents[strings.TrimPrefix(r.name, "./")] = &document{root: n}
	}
	doc := &document{root: root}
	if id := root.Member(l.idKeyword()); id != nil && id.Kind == jsonscan.String {
		doc.base = id.Text
	}
	return l, doc, nil
}

// named is a text under the name by which another refers to it.
type named struct{ name, text string }

// parseText reads the text of a schema.
func parseText(text string) (*jsonscan.Node, error) {
	if len(text) > textMax {
		return nil, invalid("the schema has %d bytes; %d at most are read", len(text), textMax)
	}
	n, err := jsonscan.ParseChars([]byte(text)) // the original has it as a string
	if err != nil {
		return nil, illegalArgument("Invalid JSON schema", err)
	}
	if n.Kind != jsonscan.Object && n.Kind != jsonscan.Boolean {
		return nil, illegalArgument("Invalid JSON schema: expected an object or boolean at the root, found "+n.Kind.TypeName(), nil)
	}
	return &n, nil
}

// schema makes a schema of a value in doc.
func (l *loader) schema(doc *document, n *jsonscan.Node, depth int) (*schema, error) {
	switch {
	case depth > depthMax:
		return nil, invalid("schemas are nested deeper than %d", depthMax)
	case n.Kind == jsonscan.Boolean && n.Bool:
		return &schema{class: classEmpty}, nil
	case n.Kind == jsonscan.Boolean:
		return &schema{class: classFalse}, nil
	case n.Kind != jsonscan.Object:
		return nil, invalid("expected a schema, found %s", n.Kind.TypeName())
	}
	parts, err := l.parts(doc, n, depth)
	if err != nil {
		return nil, err
	}
	out := &schema{class: classEmpty}
	switch len(parts) {
	case 0:
	case 1:
		out = parts[0]
	default:
		out = &schema{class: classCombined, criterion: allOf, parts: parts, pieces: true}
		if l.modern() {
			asHashed(n, parts)
		}
	}
	out.raw, out.modern = n, l.modern()
	return out, nil
}

// asHashed puts parts into the order in which a HashMap has their keywords, as those of modern drafts come; what has no keyword of its own comes last.
// Source: com.github.erosb.jsonsKema.SchemaLoader.createCompositeSchema.
func asHashed(n *jsonscan.Node, parts []*schema) {
	place := map[string]int{}
	for at, i := range java.HashMapOrder(n.Names) {
		place[n.Names[i]] = at
	}
	of := func(s *schema) int {
		keyword := "type"
		switch s.class {
		case classEnum:
			keyword = "enum"
		case classConst:
			keyword = "const"
		case classReference:
			keyword = "$ref"
		case classNot:
			keyword = "not"
		case classCombined:
			if _, is := place[string(s.criterion)]; is {
				keyword = string(s.criterion)
			}
		}
		if at, is := place[keyword]; is {
			return at
		}
		return len(place)
	}
	slices.SortStableFunc(parts, func(a, b *schema) int { return of(a) - of(b) })
}

// parts makes a schema of the keywords of each class. Source: SchemaLoader.runSchemaExtractors.
func (l *loader) parts(doc *document, n *jsonscan.Node, depth int) (parts []*schema, err error) {
	add := func(s *schema, failed error) {
		if err == nil && failed == nil && s != nil {
			parts = append(parts, s)
		}
		if err == nil {
			err = failed
		}
	}
	if ref := n.Member("$ref"); ref != nil {
		add(l.reference(doc, ref, depth))
		if !l.modern() || err != nil {
			return parts, err
		}
	}
	if e := n.Member("enum"); e != nil {
		add(l.enum(e))
	}
	for _, c := range [...]criterion{allOf, anyOf, oneOf} {
		if list := n.Member(string(c)); list != nil {
			add(l.combined(doc, c, list, depth))
		}
	}
	if n.Member("not") != nil {
		add(&schema{class: classNot}, nil)
	}
	if c := n.Member("const"); c != nil && l.draft != draft4 {
		add(&schema{class: classConst, values: []*jsonscan.Node{l.constant(c)}}, nil)
	}
	var has [classConditional + 1]bool // classes that the type speaks of
	if t := n.Member("type"); t != nil {
		add(l.typed(doc, n, t, &has, depth))
	}
	if !has[classArray] && l.isArray(n) {
		add(l.array(doc, n, depth))
	}
	if !has[classObject] && l.isObject(n) {
		add(l.object(doc, n, depth))
	}
	if !has[classNumber] && hasAny(n, numberKeywords) {
		add(&schema{class: classNumber}, nil)
	}
	if !has[classString] && l.isString(n) {
		add(&schema{class: classString}, nil)
	}
	if l.draft >= draft7 && hasAny(n, conditionalKeywords) {
		add(&schema{class: classConditional}, nil)
	}
	return parts, err
}

func (l *loader) enum(list *jsonscan.Node) (*schema, error) {
	if list.Kind != jsonscan.Array {
		return nil, invalid("enum: expected an array, found %s", list.Kind.TypeName())
	}
	s := &schema{class: classEnum}
	for i := range list.Items {
		s.values = append(s.values, l.constant(&list.Items[i]))
	}
	return s, nil
}

// constant is a value in a schema as the original has it.
func (l *loader) constant(n *jsonscan.Node) *jsonscan.Node {
	if l.modern() {
		return whole(n)
	}
	return n
}

// combined makes a schema of a list of schemas. Of those that are pieces only the pieces are left in modern drafts.
// Source: SchemaTranslator.SchemaContext.join.
func (l *loader) combined(doc *document, c criterion, list *jsonscan.Node, depth int) (*schema, error) {
	if list.Kind != jsonscan.Array {
		return nil, invalid("%s: expected an array, found %s", c, list.Kind.TypeName())
	}
	s := &schema{class: classCombined, criterion: c}
	for i := range list.Items {
		part, err := l.schema(doc, &list.Items[i], depth+1)
		if err != nil {
			return nil, err
		}
		if l.modern() && part.pieces {
			s.parts = append(s.parts, part.parts...)
		} else {
			s.parts = append(s.parts, part)
		}
	}
	return s, nil
}

// typed makes a schema of the keyword type, and says in has whose keywords are spoken for.
func (l *loader) typed(doc *document, n, t *jsonscan.Node, has *[classConditional + 1]bool, depth int) (*schema, error) {
	if t.Kind != jsonscan.Array {
		return l.ofType(doc, n, t, has, depth)
	}
	s := &schema{class: classCombined, criterion: anyOf}
	for i := range t.Items {
		part, err := l.ofType(doc, n, &t.Items[i], has, depth)
		if err != nil {
			return nil, err
		}
		s.parts = append(s.parts, part)
	}
	return s, nil
}

func (l *loader) ofType(doc *document, n, t *jsonscan.Node, has *[classConditional + 1]bool, depth int) (s *schema, err error) {
	if t.Kind != jsonscan.String {
		return nil, invalid("type: expected a string, found %s", t.Kind.TypeName())
	}
	switch t.Text {
	case "string":
		s = &schema{class: classString}
	case "integer":
		s = &schema{class: classNumber, integer: true}
	case "number":
		s = &schema{class: classNumber}
	case "boolean":
		s = &schema{class: classBoolean}
	case "null":
		s = &schema{class: classNull}
	case "array":
		s, err = l.array(doc, n, depth)
	case "object":
		s, err = l.object(doc, n, depth)
	default:
		return nil, invalid("unknown type: [%s]", t.Text)
	}
	if s != nil {
		has[s.class] = true
	}
	return s, err
}

func (l *loader) array(doc *document, n *jsonscan.Node, depth int) (*schema, error) {
	s := &schema{class: classArray}
	items := n.Member("items")
	if items == nil || items.Kind == jsonscan.Array || l.draft == draft2020 && n.Member("prefixItems") != nil {
		return s, nil
	}
	var err error
	s.items, err = l.schema(doc, items, depth+1)
	if l.modern() && items.Kind == jsonscan.Boolean {
		s.items = nil // says nothing of the items
	}
	return s, err
}

func (l *loader) object(doc *document, n *jsonscan.Node, depth int) (*schema, error) {
	s := &schema{class: classObject, required: map[string]bool{}}
	var err error
	if other := n.Member("additionalProperties"); other != nil {
		if other.Kind == jsonscan.Boolean {
			s.closed = !other.Bool
		} else if s.additional, err = l.schema(doc, other, depth+1); err != nil {
			return nil, err
		}
	}
	if list := n.Member("required"); list != nil && list.Kind == jsonscan.Array {
		for i := range list.Items {
			s.required[list.Items[i].Text] = true
		}
	}
	all := n.Member("properties")
	switch {
	case all == nil:
		return s, nil
	case all.Kind != jsonscan.Object:
		return nil, invalid("properties: expected an object, found %s", all.Kind.TypeName())
	}
	for _, i := range java.HashMapOrder(all.Names) {
		p, err := l.schema(doc, &all.Items[i], depth+1)
		if err != nil {
			return nil, err
		}
		s.properties = append(s.properties, property{all.Names[i], p})
	}
	return s, nil
}
