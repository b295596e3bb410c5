package batch

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/batch/bits"
)

// Check verifies every invariant of b: lengths of arrays, offsets ascending, views within buffers,
// selection ascending, NoSchema among the nulls, shapes and indices in range. It reads everything; tests
// call it, and HandOver under the build tag "invariants".
//
// Errors: the first broken invariant with its path, such as `batch: value.name: 3 views for 4 rows`.
func (b *Batch) Check() error {
	if err := b.check(); err != nil {
		return fmt.Errorf("batch: %w", err)
	}
	return nil
}

func (b *Batch) check() error {
	if err := b.checkEnvelope(); err != nil {
		return err
	}
	last := int32(-1)
	for _, r := range b.Sel {
		if r <= last || int(r) >= b.n {
			return fmt.Errorf("selection: row %d after %d of %d rows", r, last, b.n)
		}
		last = r
	}
	for _, e := range b.Status.errs {
		if e.Row < 0 || int(e.Row) >= b.n || e.Err == nil {
			return fmt.Errorf("status: row %d of %d rows, error set: %t", e.Row, b.n, e.Err != nil)
		}
	}
	for _, s := range []struct {
		name string
		c    *Column
	}{{"key", b.Key}, {"value", b.Value}} {
		if s.c == nil {
			continue
		}
		if s.c.n != b.n {
			return fmt.Errorf("%s: %d rows in a batch of %d", s.name, s.c.n, b.n)
		}
		if err := s.c.check(); err != nil {
			return fmt.Errorf("%s%w", s.name, err)
		}
	}
	return nil
}

func (b *Batch) checkEnvelope() error {
	for _, l := range []struct {
		name string
		n    int
	}{
		{"topic index", len(b.Topics.Index)}, {"partitions", len(b.Partitions)},
		{"timestamps", len(b.Timestamps)}, {"offsets", len(b.Offsets)},
		{"raw keys", len(b.RawKey.Views)}, {"raw values", len(b.RawValue.Views)},
	} {
		if l.n != 0 && l.n != b.n {
			return fmt.Errorf("%s: %d entries for %d rows", l.name, l.n, b.n)
		}
	}
	for i, t := range b.Topics.Index {
		if t < 0 || int(t) >= len(b.Topics.Names) {
			return fmt.Errorf("topic index: row %d has %d of %d names", i, t, len(b.Topics.Names))
		}
	}
	for i := 1; i < len(b.Offsets); i++ {
		if b.Offsets[i] <= b.Offsets[i-1] && b.parents == nil {
			return fmt.Errorf("offsets: %d after %d", b.Offsets[i], b.Offsets[i-1])
		}
	}
	if h := b.Headers.Offsets; h != nil {
		if err := ascending(h, b.n, len(b.Headers.Entries)); err != nil {
			return fmt.Errorf("headers: %w", err)
		}
	}
	for i := range b.Headers.Columns {
		if err := b.Headers.Columns[i].check(b.n); err != nil {
			return fmt.Errorf("headers: column %d%w", i, err)
		}
	}
	for _, raw := range []struct {
		name string
		b    *Bytes
	}{{"raw keys", &b.RawKey}, {"raw values", &b.RawValue}} {
		if err := raw.b.check(len(raw.b.Views)); err != nil {
			return fmt.Errorf("%s: %w", raw.name, err)
		}
	}
	return nil
}

// Check verifies every invariant of c and what is below it. Errors: as Batch.Check.
func (c *Column) Check() error {
	if err := c.check(); err != nil {
		return fmt.Errorf("batch: column%w", err)
	}
	return nil
}

// at puts a path in front of a broken invariant; text starts with ": " or a further path.
type at struct {
	path string
	err  error
}

func (e *at) Error() string {
	var below *at
	if errors.As(e.err, &below) {
		return e.path + e.err.Error()
	}
	return e.path + ": " + e.err.Error()
}

func (e *at) Unwrap() error { return e.err }

func (c *Column) check() error {
	if err := c.checkOwn(); err != nil {
		return &at{"", err}
	}
	return c.checkBelow()
}

// checkOwn verifies c's own arrays.
func (c *Column) checkOwn() error {
	if (c.schema == nil) != (c.form == FormDynamic) && !(c.schema == nil && c.form == FormConstant) {
		return fmt.Errorf("form %d with schema %v", c.form, c.schema != nil)
	}
	if err := checkBits("validity", c.Valid, c.n); err != nil {
		return err
	}
	if err := checkBits("NoSchema", c.NoSchema, c.n); err != nil {
		return err
	}
	switch c.form {
	case FormPlain:
		if err := c.checkPlain(); err != nil {
			return err
		}
	case FormConstant:
		if c.schema != nil {
			if err := c.schema.fits(c.Const); err != nil {
				return err
			}
		}
	case FormDictionary:
		if len(c.Index) != c.n {
			return fmt.Errorf("%d indices for %d rows", len(c.Index), c.n)
		}
		if c.Dict == nil || !c.schema.Equal(c.Dict.schema) {
			return errors.New("dictionary without entries of the column's schema")
		}
		for i, x := range c.Index {
			if c.Valid.Has(i) && (x < 0 || int(x) >= c.Dict.n) {
				return fmt.Errorf("row %d has entry %d of %d", i, x, c.Dict.n)
			}
		}
	case FormDynamic:
		if err := c.checkDynamic(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("unknown form %d", c.form)
	}
	for i := range c.n {
		if c.NoSchema != nil && c.NoSchema.Get(i) && !c.IsNull(i) {
			return fmt.Errorf("row %d has a value and no schema", i)
		}
	}
	return nil
}

func (c *Column) checkPlain() error {
	k := c.schema.kind
	switch {
	case k.FixedBytes() > 0:
		if len(c.fixed) != c.n*k.FixedBytes() {
			return fmt.Errorf("%d bytes for %d rows of %s", len(c.fixed), c.n, k)
		}
	case k.IsVarlen():
		if len(c.Views) != c.n {
			return fmt.Errorf("%d views for %d rows", len(c.Views), c.n)
		}
		if c.Scales != nil && len(c.Scales) != c.n {
			return fmt.Errorf("%d scales for %d rows", len(c.Scales), c.n)
		}
		return c.Bytes.check(c.n)
	case k == KindStruct:
		if len(c.Children) != len(c.schema.fields) {
			return fmt.Errorf("%d children for %d fields", len(c.Children), len(c.schema.fields))
		}
		for i, ch := range c.Children {
			if ch == nil || ch.n != c.n || !ch.schema.Equal(c.schema.fields[i].Schema) {
				return fmt.Errorf("child %d does not fit field %q", i, c.schema.fields[i].Name)
			}
		}
	default:
		want := 1
		if k == KindMap {
			want = 2
		}
		if len(c.Children) != want {
			return fmt.Errorf("%d children, want %d", len(c.Children), want)
		}
		for i, ch := range c.Children {
			s := c.schema.elem
			if want == 2 && i == 0 {
				s = c.schema.key
			}
			if ch == nil || !ch.schema.Equal(s) {
				return fmt.Errorf("child %d has another schema than elements", i)
			}
			if err := ascending(c.Offsets, c.n, ch.n); err != nil {
				return err
			}
		}
	}
	return nil
}

// ascending verifies the offsets of n rows into total entries.
func ascending(offsets []int32, n, total int) error {
	if len(offsets) != n+1 {
		return fmt.Errorf("%d offsets for %d rows", len(offsets), n)
	}
	last := int32(0)
	for i, o := range offsets {
		if o < last {
			return fmt.Errorf("offset %d is %d after %d", i, o, last)
		}
		last = o
	}
	if int(last) > total {
		return fmt.Errorf("offsets end at %d of %d", last, total)
	}
	return nil
}

func checkBits(what string, b bits.Bitmap, n int) error {
	if b == nil {
		return nil
	}
	if len(b) != bits.Words(n) {
		return fmt.Errorf("%s: %d words for %d rows", what, len(b), n)
	}
	if rest := uint(n) & 63; rest != 0 && b[len(b)-1]>>rest != 0 {
		return fmt.Errorf("%s: bits set past row %d", what, n)
	}
	return nil
}

// check verifies that present rows lie within their buffers.
func (b *Bytes) check(n int) error {
	if err := checkBits("validity", b.Valid, n); err != nil {
		return err
	}
	for i, v := range b.Views {
		if b.Valid.Has(i) {
			if err := b.checkView(i, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Bytes) checkView(i int, v View) error {
	if buf := b.Bufs[v.Pos>>31]; int64(v.Pos&^InArena)+int64(v.Len) > int64(len(buf)) {
		return fmt.Errorf("row %d: view %d+%d in %d bytes of buffer %d", i, v.Pos&^InArena, v.Len, len(buf), v.Pos>>31)
	}
	return nil
}

// checkBelow verifies the columns below c.
func (c *Column) checkBelow() error {
	below := func(name string, ch *Column) error {
		if ch == nil {
			return nil
		}
		if err := ch.check(); err != nil {
			return &at{"." + name, err}
		}
		return nil
	}
	if err := below("dictionary", c.Dict); err != nil {
		return err
	}
	for i, ch := range c.Children {
		name := [2]string{"elements", "values"}[min(i, 1)]
		if c.schema.kind == KindStruct {
			name = c.schema.fields[i].Name
		}
		if err := below(name, ch); err != nil {
			return err
		}
	}
	if c.form != FormDynamic {
		return nil
	}
	for _, f := range c.Dyn.Fields {
		if err := below(f.Name, f.Column); err != nil {
			return err
		}
	}
	for i, ch := range []*Column{c.Dyn.Elems, c.Dyn.Keys, c.Dyn.Values} {
		if err := below([3]string{"elements", "keys", "values"}[i], ch); err != nil {
			return err
		}
	}
	return nil
}

// checkDynamic verifies tags, slots and shapes.
func (c *Column) checkDynamic() error {
	d := c.Dyn
	if d == nil {
		return errors.New("dynamic column without content")
	}
	if d.Tags != nil && len(d.Tags) != c.n || len(d.Slots) != c.n {
		return fmt.Errorf("%d tags and %d slots for %d rows", len(d.Tags), len(d.Slots), c.n)
	}
	if c.Views != nil && len(c.Views) != c.n {
		return fmt.Errorf("%d views for %d rows", len(c.Views), c.n)
	}
	for i, f := range d.Fields {
		if f.Column == nil || f.Column.n != c.n || f.Column.schema != nil {
			return fmt.Errorf("member %q does not fit %d rows", f.Name, c.n)
		}
		if d.Field(f.Name) != i {
			return fmt.Errorf("member %q is there twice", f.Name)
		}
	}
	for k := range d.Shapes {
		for _, f := range d.Shapes[k].Fields {
			if f < 0 || int(f) >= len(d.Fields) {
				return fmt.Errorf("shape %d has member %d of %d", k, f, len(d.Fields))
			}
		}
	}
	for i := range c.n {
		if err := c.checkSlot(i); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	return nil
}

func (c *Column) checkSlot(i int) error {
	d := c.Dyn
	span := func(ch *Column) error {
		v := d.Views()[i]
		if v.Len > 0 && (ch == nil || int(v.Pos)+int(v.Len) > ch.n) {
			return fmt.Errorf("elements %d+%d out of range", v.Pos, v.Len)
		}
		return nil
	}
	switch d.Tag(i) {
	case TagString, TagBytes, TagPacked:
		return c.checkView(i, d.Views()[i])
	case TagDecimal:
		if d.Views()[i].Len < 5 {
			return errors.New("decimal of less than 5 bytes")
		}
		return c.checkView(i, d.Views()[i])
	case TagArray:
		return span(d.Elems)
	case TagEntries:
		if err := span(d.Keys); err != nil {
			return err
		}
		return span(d.Values)
	case TagStruct:
		if d.Slots[i] >= uint64(len(d.Boxed)) {
			return fmt.Errorf("struct %d of %d", d.Slots[i], len(d.Boxed))
		}
	case TagMap:
		if d.Slots[i] >= uint64(len(d.Shapes)) {
			return fmt.Errorf("shape %d of %d", d.Slots[i], len(d.Shapes))
		}
		sh := &d.Shapes[d.Slots[i]]
		if sh.Rest {
			if c.Views == nil {
				return errors.New("shape with more members than fields, and no views")
			}
			if err := c.checkView(i, c.Views[i]); err != nil {
				return err
			}
		}
		for _, f := range sh.Fields {
			if ch := d.Fields[f].Column; ch != nil && ch.form == FormDynamic && ch.Dyn != nil && ch.Dyn.Tag(i) == TagAbsent {
				return fmt.Errorf("member %q of its shape is absent", d.Fields[f].Name)
			}
		}
	}
	if d.Tag(i) > TagEntries {
		return fmt.Errorf("unknown tag %d", d.Tag(i))
	}
	return nil
}
