package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// untyped is columns for rows without schema. The resulting maps keep the order of their members.
func (t *flatten) untyped(b *batch.Batch, c *batch.Column) {
	m, p, ok := objects(b, c, flattening)
	if ok && columnar.IsEmpty(p.present) {
		return
	}
	if ok {
		f := mapFlattener{flatten: t, b: b}
		if top, ok := f.level(m, ""); ok {
			t.SetColumn(b, f.column(m, &top))
			return
		}
	}
	t.byValue(b, c)
}

// byValue flattens one map after the other: what has no columnar form, and what the original refuses.
func (t *flatten) byValue(b *batch.Batch, c *batch.Column) {
	linked := c.Dyn != nil && c.Dyn.Linked
	values := make([]batch.Value, b.Len())
	for _, i := range columnar.Listed(b, columnar.Live(b)) {
		v := c.Value(int(i))
		if v.IsNull() {
			continue
		}
		m, err := requireMap(v, flattening)
		out := &batch.MapValue{}
		if err == nil {
			err = t.inMap(out, m, "", linked)
		}
		if err != nil {
			b.Status.Fail(i, b.Len(), err)
			continue
		}
		values[i] = batch.MapValueOf(out)
	}
	flat := b.DynamicColumn(values, false)
	flat.Dyn.Linked = true // the maps inside of lists stay what they were
	t.SetColumn(b, flat)
}

// mapFlattener collects the members of maps at every level as members of one.
type mapFlattener struct {
	*flatten
	b      *batch.Batch
	fields []batch.DynamicField
	named  map[string]bool
}

// flatLevel is what the maps of one column come to.
type flatLevel struct {
	kinds [][]int32 // members in order, places in fields: one list for each kind of map
	kind  []int32   // per row; nil: all maps are of kind 0
}

// flatMember is a member of the maps of a level.
type flatMember struct {
	place int32         // of its values that are no maps, in fields
	maps  *batch.Column // nil if none of its values is a map
	below flatLevel
}

// level collects the members of the maps in c. ok is false where the plain form has to do it.
func (f *mapFlattener) level(c *batch.Column, prefix string) (l flatLevel, ok bool) {
	d := c.Dyn
	for i := range d.Shapes {
		if d.Shapes[i].Rest {
			return l, false
		}
	}
	members := make([]flatMember, len(d.Fields))
	for i := range d.Fields {
		if ok := f.member(&members[i], c, &d.Fields[i], f.name(prefix, d.Fields[i].Name)); !ok {
			return l, false
		}
	}
	k := kinds{d: d, maps: &f.maps, members: members, n: f.b.Len()}
	return k.of(f.b), true
}

// member takes one member over.
func (f *mapFlattener) member(m *flatMember, in *batch.Column, field *batch.DynamicField, name string) bool {
	c := field.Column
	if c.Form() == batch.FormConstant && c.Const.Tag() == batch.TagMap {
		c = f.b.PlainColumn(c)
	}
	seen := classesOf(c)
	for class := range seen {
		if seen[class] && (batch.Tag(class) >= batch.TagPacked || flattenable(batch.Tag(class), name) != nil) {
			return false
		}
	}
	maps := seen[batch.TagMap]
	seen[batch.TagMap], seen[batch.TagAbsent] = false, false
	m.place = -1
	if seen != ([batch.TagEntries + 1]bool{}) {
		if f.named[name] {
			return false // the last one counts
		}
		if f.named == nil {
			f.named = map[string]bool{}
		}
		f.named[name] = true
		m.place = int32(len(f.fields))
		f.fields = append(f.fields, batch.DynamicField{Name: name, Column: f.leaf(in, c, maps)})
	}
	if !maps {
		return true
	}
	m.maps = c
	var ok bool
	m.below, ok = f.level(c, name)
	return ok
}

// leaf returns c, absent where it has a map and where the row of in is none.
func (f *mapFlattener) leaf(in, c *batch.Column, maps bool) *batch.Column {
	whole := in.Dyn.IsUniform(batch.TagMap)
	if whole && !maps {
		return c
	}
	if c.Form() == batch.FormConstant {
		c = f.b.PlainColumn(c)
	}
	tags := mem.Alloc[batch.Tag](&f.b.Arena, c.Len())
	for i := range tags {
		tags[i] = c.Dyn.Tag(i)
		if tags[i] == batch.TagMap || !whole && in.Dyn.Tag(i) != batch.TagMap {
			tags[i] = batch.TagAbsent
		}
	}
	return withTags(f.b, c, tags)
}

// classesOf returns which classes a schemaless column has.
func classesOf(c *batch.Column) (seen [batch.TagEntries + 1]bool) {
	switch {
	case c.Form() == batch.FormConstant:
		seen[c.Const.Tag()] = true
	case c.Dyn.Tags == nil:
		seen[c.Dyn.Uniform] = true
	default:
		for _, t := range c.Dyn.Tags {
			seen[t] = true
		}
	}
	return seen
}

// column returns the flat maps of c's.
func (f *mapFlattener) column(c *batch.Column, top *flatLevel) *batch.Column {
	n := c.Len()
	out := f.b.NewDynamic(n)
	d := out.Dyn
	d.Linked = true
	if c.Dyn.IsUniform(batch.TagMap) {
		d.Tags, d.Uniform = nil, batch.TagMap
	} else {
		for i := range d.Tags {
			d.Tags[i] = batch.TagNull
			if c.Dyn.Tag(i) == batch.TagMap {
				d.Tags[i] = batch.TagMap
			}
		}
	}
	clear(d.Slots)
	for i, k := range top.kind {
		d.Slots[i] = uint64(k)
	}
	d.Fields = append(d.Fields, f.fields...)
	for _, k := range top.kinds {
		order := mem.Alloc[int32](&f.b.Arena, len(k))
		copy(order, k)
		d.Shapes = append(d.Shapes, batch.Shape{Fields: order})
	}
	return out
}

// kinds tells the maps of a level apart: by shape, and by the kinds of the maps in their members.
type kinds struct {
	d       *batch.Dynamic
	maps    *mapOrders
	members []flatMember
	n       int
	found   [][]int32 // per kind: the shape, then for each nested member 0, or 1 + the kind of its map
	number  map[[2]int32]int32
}

func (k *kinds) of(b *batch.Batch) (l flatLevel) {
	var nested []*flatMember
	varies := len(k.d.Shapes) > 1
	for i := range k.members {
		if m := &k.members[i]; m.maps != nil {
			nested = append(nested, m)
			varies = varies || !m.maps.Dyn.IsUniform(batch.TagMap) || m.below.kind != nil
		}
	}
	if !varies {
		all := make([]int32, 1+len(nested))
		for i := range nested {
			all[1+i] = 1
		}
		k.found = [][]int32{all}
	} else {
		l.kind = mem.Zeroed[int32](&b.Arena, k.n)
		k.walk(nested, l.kind)
	}
	for _, state := range k.found {
		l.kinds = append(l.kinds, k.order(state))
	}
	return l
}

// walk numbers the kind of every row: by shape first, then narrowed by one nested member after the other.
func (k *kinds) walk(nested []*flatMember, kind []int32) {
	k.found = make([][]int32, len(k.d.Shapes))
	for s := range k.found {
		k.found[s] = []int32{int32(s)}
	}
	for i := range kind {
		if k.d.Tag(i) == batch.TagMap {
			kind[i] = int32(k.d.Slots[i])
		}
	}
	for _, m := range nested {
		k.narrow(m, kind)
	}
}

// narrow splits the kinds by what the rows have in one member.
func (k *kinds) narrow(m *flatMember, kind []int32) {
	before := k.found
	k.found = nil
	clear(k.number)
	if k.number == nil {
		k.number = map[[2]int32]int32{}
	}
	last, to := [2]int32{-1, -1}, int32(0)
	for i := range kind {
		key := [2]int32{kind[i], 0}
		if k.d.Tag(i) != batch.TagMap {
			key[0] = 0
		} else if m.maps.Dyn.Tag(i) == batch.TagMap {
			key[1] = 1
			if m.below.kind != nil {
				key[1] += m.below.kind[i]
			}
		}
		if key != last {
			last, to = key, k.numbered(key, before)
		}
		kind[i] = to
	}
}

func (k *kinds) numbered(key [2]int32, before [][]int32) int32 {
	at, ok := k.number[key]
	if !ok {
		at = int32(len(k.found))
		k.number[key] = at
		state := append(append([]int32(nil), before[key[0]]...), key[1])
		k.found = append(k.found, state)
	}
	return at
}

// order returns the flat members of a kind in the order in which its maps iterate.
func (k *kinds) order(state []int32) (out []int32) {
	out = []int32{}
	if len(k.d.Shapes) == 0 {
		return out
	}
	position := make([]int32, len(k.members)) // of nested members in state
	at := int32(1)
	for i := range k.members {
		if k.members[i].maps != nil {
			position[i] = at
			at++
		}
	}
	for _, f := range k.maps.iteration(nil, k.d, &k.d.Shapes[state[0]]) {
		m := &k.members[f]
		switch {
		case m.maps != nil && state[position[f]] > 0:
			out = append(out, m.below.kinds[state[position[f]]-1]...)
		case m.place >= 0:
			out = append(out, m.place)
		}
	}
	return out
}
