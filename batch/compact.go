package batch

// PlainColumn returns c in a form without constants and dictionaries, at any depth, as a column of b:
// c itself if it is so already. The result shares c's text: b must keep c's owner alive. Schemaless
// constants become dynamic.
func (b *Batch) PlainColumn(c *Column) *Column {
	if isPlain(c) {
		return c
	}
	g := gatherer{b: b, plain: true}
	return g.column(c.schema, []part{{c: c, rows: countUp(c.n)}})
}

func isPlain(c *Column) bool {
	if c.form == FormConstant || c.form == FormDictionary {
		return false
	}
	for _, ch := range c.Children {
		if !isPlain(ch) {
			return false
		}
	}
	return true
}

// Plain replaces constants and dictionaries in b's key and value by plain columns, for code that reads
// arrays without asking for the form.
func Plain(b *Batch) {
	if b.Key != nil {
		b.Key = b.PlainColumn(b.Key)
	}
	if b.Value != nil {
		b.Value = b.PlainColumn(b.Value)
	}
}

// CompactColumn returns the given rows of c as a column that lives in b's arena alone.
// Errors: *DataError when repeated rows make more text than one column holds.
func (b *Batch) CompactColumn(c *Column, rows []int32) (*Column, error) {
	g := gatherer{b: b, copyText: true}
	out := g.column(c.schema, []part{{c: c, rows: rows}})
	return out, g.err
}

// Compact copies the live rows into a new batch that depends on nothing: for batches that keep large
// buffers alive for few rows (compare PinnedBytes and LiveBytes). The caller owns it and still owns b.
// Errors: as Concat.
func (b *Batch) Compact() (*Batch, error) { return Concat(b.pool, b) }

// PinnedBytes returns how much pooled memory stays out as long as b lives: its arena and those of its
// parents.
func (b *Batch) PinnedBytes() int {
	seen := map[*Batch]bool{}
	var sum func(*Batch) int
	sum = func(b *Batch) int {
		if seen[b] {
			return 0
		}
		seen[b] = true
		n := b.Arena.SlabBytes()
		for _, p := range b.parents {
			n += sum(p)
		}
		return n
	}
	return sum(b)
}

// LiveBytes returns about how much of that the live rows need: raw bytes and columns.
func (b *Batch) LiveBytes() int {
	n := 0
	rows := liveRows(b)
	for _, r := range []*Bytes{&b.RawKey, &b.RawValue} {
		if r.Views == nil {
			continue
		}
		for _, i := range rows {
			if r.Valid.Has(int(i)) {
				n += int(r.Views[i].Len)
			}
		}
	}
	for _, c := range []*Column{b.Key, b.Value} {
		if c != nil {
			n += c.bytesOf(rows)
		}
	}
	return n
}

// bytesOf returns about how many bytes the given rows take in c and its children.
func (c *Column) bytesOf(rows []int32) int {
	switch c.form {
	case FormConstant:
		return 0
	case FormDictionary:
		return 4 * len(rows)
	case FormDynamic:
		return c.dynamicBytes(rows)
	}
	n := len(rows) * c.schema.kind.FixedBytes()
	switch {
	case c.schema.kind.IsVarlen():
		for _, r := range rows {
			if c.Valid.Has(int(r)) {
				n += 8 + int(c.Views[r].Len)
			}
		}
	case c.schema.kind == KindStruct:
		for _, ch := range c.Children {
			n += ch.bytesOf(rows)
		}
	case c.Offsets != nil:
		var below []int32
		for _, r := range rows {
			if c.Valid.Has(int(r)) {
				for x := c.Offsets[r]; x < c.Offsets[r+1]; x++ {
					below = append(below, x)
				}
			}
		}
		for _, ch := range c.Children {
			n += 4*len(rows) + ch.bytesOf(below)
		}
	}
	return n
}

func (c *Column) dynamicBytes(rows []int32) int {
	d := c.Dyn
	n := 9 * len(rows)
	var elems, entries []int32
	for _, r := range rows {
		switch d.Tag(int(r)) {
		case TagString, TagBytes, TagDecimal, TagPacked:
			n += int(d.Views()[r].Len)
		case TagArray:
			elems = appendRange(elems, d.Views()[r])
		case TagEntries:
			entries = appendRange(entries, d.Views()[r])
		case TagMap:
			if c.Views != nil {
				n += int(c.Views[r].Len)
			}
		}
	}
	for _, f := range d.Fields {
		n += f.Column.bytesOf(rows)
	}
	if elems != nil {
		n += d.Elems.bytesOf(elems)
	}
	if entries != nil {
		n += d.Keys.bytesOf(entries) + d.Values.bytesOf(entries)
	}
	return n
}

func appendRange(dst []int32, v View) []int32 {
	for i := v.Pos; i < v.Pos+v.Len; i++ {
		dst = append(dst, int32(i))
	}
	return dst
}
