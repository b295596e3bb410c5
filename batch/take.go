package batch

import "github.com/millrace/millrace/batch/mem"

// TakeColumn returns the given rows of c, in that order, as a column of b. Rows may repeat.
//
// Ownership: the result shares c's text, dictionary and schemaless elements: b must keep c's owner alive.
func (b *Batch) TakeColumn(c *Column, rows []int32) *Column {
	g := gatherer{b: b}
	return g.column(c.schema, []part{{c: c, rows: rows}})
}

// takeByValue is the plain twin of TakeColumn: one value after the other, everything copied.
func (b *Batch) takeByValue(c *Column, rows []int32) *Column {
	cb := NewColumnBuilder(c.schema, c.Dyn != nil && c.Dyn.Linked)
	for _, r := range rows {
		if c.schema != nil && !c.HasSchema(int(r)) {
			cb.AppendNoSchema()
		} else {
			cb.add(c.Value(int(r)))
		}
	}
	return cb.Finish(b)
}

// Take returns the given rows of b, in that order, as a new batch with everything they carry, all
// selected, none failed. The caller owns it; it keeps b alive.
func (b *Batch) Take(rows []int32) *Batch {
	g := gatherer{b: b.pool.New(len(rows))}
	g.b.KeepAlive(b)
	g.batch([]*Batch{b}, [][]int32{rows})
	return g.b
}

// batch fills g.b with the given rows of each batch, one batch after the other.
func (g *gatherer) batch(from []*Batch, rows [][]int32) {
	g.envelope(from, rows)
	g.b.RawKey = g.raw(from, rows, func(b *Batch) *Bytes { return &b.RawKey })
	g.b.RawValue = g.raw(from, rows, func(b *Batch) *Bytes { return &b.RawValue })
	g.b.Key = g.side(from, rows, func(b *Batch) *Column { return b.Key })
	g.b.Value = g.side(from, rows, func(b *Batch) *Column { return b.Value })
}

// side gathers keys or values. A batch whose rows all have neither schema nor value joins any schema.
func (g *gatherer) side(from []*Batch, rows [][]int32, of func(*Batch) *Column) *Column {
	var s *Schema
	columns := 0
	for _, b := range from {
		if c := of(b); c != nil {
			columns++
			if s == nil {
				s = c.schema
			}
		}
	}
	if columns == 0 {
		return nil
	}
	parts := make([]part, 0, len(from))
	for i, b := range from {
		c := of(b)
		if c == nil {
			c = g.b.NullColumn(b.n)
		}
		switch {
		case s.Equal(c.schema):
		case c.schema == nil && c.form == FormConstant && c.Const.IsNull():
			c = g.b.NoSchemaColumn(s, b.n)
		default:
			g.fail("rows under different schemas cannot be joined")
			return nil
		}
		parts = append(parts, part{c: c, rows: rows[i]})
	}
	return g.column(s, parts)
}

// raw gathers consumed bytes; nil views mean that a batch has none.
func (g *gatherer) raw(from []*Batch, rows [][]int32, of func(*Batch) *Bytes) Bytes {
	n, some := 0, false
	parts := make([]part, len(from))
	for i, b := range from {
		src := of(b)
		c := &Column{n: b.n, Bytes: *src}
		some = some || src.Views != nil
		if src.Views == nil {
			c.Views, c.Valid = make([]View, b.n), rowMask(&g.b.Arena, b.n)
		}
		parts[i] = part{c: c, rows: rows[i]}
		n += len(rows[i])
	}
	if !some {
		return Bytes{}
	}
	out := Column{n: n}
	g.valid(&out, parts)
	g.views(&out.Bytes, n, parts)
	return out.Bytes
}

// NoSchemaColumn returns a column under s of n rows that carry neither schema nor value.
func (b *Batch) NoSchemaColumn(s *Schema, n int) *Column {
	c := b.NewConstant(s, n, Value{})
	c.NoSchema = rowMask(&b.Arena, n)
	c.NoSchema.Fill(n)
	return c
}

// envelope gathers what rows carry beside key and value.
func (g *gatherer) envelope(from []*Batch, rows [][]int32) {
	b, first := g.b, from[0]
	b.Partition, b.TimestampType, b.Origin, b.Seq = first.Partition, first.TimestampType, first.Origin, first.Seq
	g.topics(from, rows)
	same := true
	var partitions, timestamps, offsets, headers, sources bool
	for _, f := range from {
		same = same && f.Partition == first.Partition
		partitions = partitions || f.Partitions != nil
		timestamps = timestamps || f.Timestamps != nil
		offsets = offsets || f.Offsets != nil
		headers = headers || !f.Headers.Empty()
		sources = sources || f.Source != nil
	}
	if partitions || !same {
		b.Partitions = perRow(b, from, rows, func(f *Batch) []int32 { return f.Partitions }, func(f *Batch) int32 { return f.Partition })
	}
	if timestamps {
		b.Timestamps = perRow(b, from, rows, func(f *Batch) []int64 { return f.Timestamps }, func(*Batch) int64 { return NoTimestamp })
	}
	if offsets {
		b.Offsets = perRow(b, from, rows, func(f *Batch) []int64 { return f.Offsets }, func(*Batch) int64 { return -1 })
	}
	if headers {
		g.headers(from, rows)
	}
	if sources {
		b.Source = newTakenPositions(from, rows)
	}
}

// perRow gathers an array of the envelope, or what stands for all rows where a batch has none.
func perRow[T mem.Fixed](b *Batch, from []*Batch, rows [][]int32, of func(*Batch) []T, all func(*Batch) T) []T {
	out := mem.Alloc[T](&b.Arena, b.n)
	at := 0
	for i, f := range from {
		src, one := of(f), all(f)
		for _, r := range rows[i] {
			if src != nil {
				one = src[r]
			}
			out[at] = one
			at++
		}
	}
	return out
}

func (g *gatherer) topics(from []*Batch, rows [][]int32) {
	if len(from) == 1 {
		t := &from[0].Topics
		g.b.Topics.Names = t.Names
		if t.Index != nil {
			g.b.Topics.Index = mem.Alloc[int32](&g.b.Arena, g.b.n)
			take(g.b.Topics.Index, t.Index, rows[0], false)
		}
		return
	}
	index := map[string]int32{}
	number := func(name string) int32 {
		at, ok := index[name]
		if !ok {
			at = int32(len(g.b.Topics.Names))
			index[name] = at
			g.b.Topics.Names = append(g.b.Topics.Names, name)
		}
		return at
	}
	out := mem.Alloc[int32](&g.b.Arena, g.b.n)
	at := 0
	for i, f := range from {
		if len(f.Topics.Names) == 0 {
			at += len(rows[i])
			continue
		}
		for _, r := range rows[i] {
			out[at] = number(f.Topics.At(int(r)))
			at++
		}
	}
	if len(g.b.Topics.Names) > 1 {
		g.b.Topics.Index = out
	}
}

// takenPositions are the source positions of rows gathered out of batches.
type takenPositions struct {
	from       []SourcePosition
	batch, row []int32
	first      []int32 // per batch: the number of its first partition in all
	all        []Value
}

func newTakenPositions(from []*Batch, rows [][]int32) SourcePosition {
	p := &takenPositions{}
	for i, b := range from {
		if b.Source == nil {
			p.from = append(p.from, noPositions{})
		} else {
			p.from = append(p.from, b.Source)
		}
		p.first = append(p.first, int32(len(p.all)))
		p.all = append(p.all, p.from[i].Partitions()...)
		for _, r := range rows[i] {
			p.batch = append(p.batch, int32(i))
			p.row = append(p.row, r)
		}
	}
	return p
}

// Partition returns the number of row i's source partition.
func (p *takenPositions) Partition(i int) int32 {
	b := p.batch[i]
	return p.first[b] + p.from[b].Partition(int(p.row[i]))
}

// Partitions returns the source partitions of all batches, one after the other.
func (p *takenPositions) Partitions() []Value { return p.all }

// Offset returns the source offset of row i.
func (p *takenPositions) Offset(i int) Value { return p.from[p.batch[i]].Offset(int(p.row[i])) }

// noPositions stands for a batch without source positions.
type noPositions struct{}

func (noPositions) Partition(int) int32 { return 0 }
func (noPositions) Partitions() []Value { return []Value{{}} }
func (noPositions) Offset(int) Value    { return Value{} }
