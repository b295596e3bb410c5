package avro

import "slices"

// rewriteOp is what becomes of one value of the writer's schema where it is read under another.
type rewriteOp uint8

const (
	keepValue rewriteOp = iota // the same bytes
	skipValue
	narrowValue // an int to a long: the bits that Java drops are gone
	intToFloat
	intToDouble
	longToFloat
	longToDouble
	floatToDouble
	adjustEnum
	rewriteItems  // an array or a map
	rewriteRecord //
	rewriteBranch // a union of the writer's
	enterUnion    // a value to a union of the reader's
	refuseRewrite // the two do not fit: so says each row that comes here
)

// rewrite turns the bytes of a value under the writer's schema into those of the value under the reader's, which is then read as if it had been
// written so. Shared, and not changed after it was made. Source: org.apache.avro.Resolver.Action.
type rewrite struct {
	op     rewriteOp
	writer *Schema
	index  int32  // enterUnion: the branch
	text   string // refuseRewrite: why

	symbols []int32 // adjustEnum: of each of the writer's; -1: none
	sub     []*rewrite
	place   []int    // rewriteRecord: which field of the reader each of sub becomes; -1: none
	given   [][]byte // rewriteRecord: by field of the reader, the default of those that the writer has not
	moved   bool     // rewriteRecord: the writer has them in another order
}

// resolver makes rewrites. Source: org.apache.avro.Resolver of 1.11.
type resolver struct {
	seen map[pair]*rewrite
}

// resolve returns what turns values of the writer's schema into values of the reader's; keepValue where nothing does. Errors: the reader's schema
// cannot be used at all.
func resolve(writer, reader *Schema) (*rewrite, error) {
	for range 2 { // GenericDatumReader does it, and Resolver again
		var err error
		if writer, err = withAliases(writer, reader); err != nil {
			return nil, err
		}
	}
	r := resolver{seen: map[pair]*rewrite{}}
	return r.resolve(writer, reader)
}

func refusal(w, r *Schema) *rewrite {
	return &rewrite{op: refuseRewrite, writer: w, text: "Found " + w.FullName() + ", expecting " + r.FullName()}
}

func (v *resolver) resolve(w, r *Schema) (*rewrite, error) {
	switch {
	case w.Type == Union:
		return v.writerUnion(w, r)
	case w.Type == r.Type:
		return v.same(w, r)
	case r.Type == Union:
		i, err := v.branchFor(w, r)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			return refusal(w, r), nil
		}
		one, err := v.resolve(w, r.Types[i])
		return &rewrite{op: enterUnion, writer: w, index: int32(i), sub: []*rewrite{one}}, err
	}
	return promotion(w, r), nil
}

// same resolves two schemas of one type that is no union.
func (v *resolver) same(w, r *Schema) (*rewrite, error) {
	switch w.Type {
	case Fixed:
		if w.Name.Name != r.Name.Name || w.Size != r.Size {
			return refusal(w, r), nil
		}
	case Array, Map:
		item, err := v.resolve(w.Elem, r.Elem)
		if err != nil {
			return nil, err
		}
		if item.op == keepValue {
			break
		}
		return &rewrite{op: rewriteItems, writer: w, sub: []*rewrite{item}}, nil
	case Enum:
		return enumRewrite(w, r), nil
	case Record:
		return v.record(w, r)
	}
	return &rewrite{writer: w}, nil
}

// promotion is a value of a primitive type that is read as one of another. Source: Resolver.Promote.
func promotion(w, r *Schema) *rewrite {
	if !slices.Contains(promoted[w.Type], r.Type) {
		return refusal(w, r)
	}
	op := keepValue // text and bytes
	switch (pairOfTypes{w.Type, r.Type}) {
	case pairOfTypes{Int, Long}:
		op = narrowValue
	case pairOfTypes{Int, Float}:
		op = intToFloat
	case pairOfTypes{Int, Double}:
		op = intToDouble
	case pairOfTypes{Long, Float}:
		op = longToFloat
	case pairOfTypes{Long, Double}:
		op = longToDouble
	case pairOfTypes{Float, Double}:
		op = floatToDouble
	}
	return &rewrite{op: op, writer: w}
}

type pairOfTypes struct{ writer, reader Type }

// enumRewrite gives the writer's symbols the numbers that the reader has for them. Source: Resolver.EnumAdjust.
func enumRewrite(w, r *Schema) *rewrite {
	if w.Name.Name != r.Name.Name {
		return refusal(w, r)
	}
	other := -1
	if r.Default != nil {
		other = slices.Index(r.Symbols, *r.Default)
	}
	out := &rewrite{writer: w, symbols: make([]int32, len(w.Symbols))}
	for i, s := range w.Symbols {
		k := slices.Index(r.Symbols, s)
		if k < 0 {
			k = other
		}
		out.symbols[i] = int32(k)
		if k != i {
			out.op = adjustEnum
		}
	}
	return out
}

// record resolves two records: fields by name. Names of the records themselves do not count. Source: Resolver.RecordAdjust.
func (v *resolver) record(w, r *Schema) (*rewrite, error) {
	if known := v.seen[pair{w, r}]; known != nil {
		return known, nil
	}
	out := &rewrite{op: rewriteRecord, writer: w, given: make([][]byte, len(r.Fields))}
	v.seen[pair{w, r}] = out
	kept, last := len(w.Fields) == len(r.Fields), -1
	for i := range w.Fields {
		f := &w.Fields[i]
		at := slices.IndexFunc(r.Fields, func(o Field) bool { return o.Name == f.Name })
		one := &rewrite{op: skipValue, writer: f.Schema}
		if at >= 0 {
			var err error
			if one, err = v.resolve(f.Schema, r.Fields[at].Schema); err != nil {
				return nil, err
			}
			out.moved = out.moved || at < last
			last = at
		}
		kept = kept && at == i && one.op == keepValue
		out.sub, out.place = append(out.sub, one), append(out.place, at)
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if w.Field(f.Name) != nil {
			continue
		}
		if f.Default == nil {
			no := refusal(w, r)
			for k := range r.Fields { // Java names the last
				if o := &r.Fields[k]; w.Field(o.Name) == nil && o.Default == nil {
					no.text = refusal(w, r).text + ", missing required field " + o.Name
				}
			}
			*out = *no
			return out, nil
		}
		given, err := defaultBytes(f.Schema, f.Default)
		if err != nil {
			return nil, err
		}
		out.given[i] = append([]byte{}, given...)
		kept = false
	}
	if kept {
		out.op = keepValue
	}
	return out, nil
}

// writerUnion resolves each branch of a union with what is to be read. Source: Resolver.WriterUnion.
func (v *resolver) writerUnion(w, r *Schema) (*rewrite, error) {
	if unionEquiv(w, r, map[pair]bool{}) {
		return &rewrite{writer: w}, nil
	}
	out := &rewrite{op: rewriteBranch, writer: w}
	for _, t := range w.Types {
		one, err := v.resolve(t, r)
		if err != nil {
			return nil, err
		}
		out.sub = append(out.sub, one)
	}
	return out, nil
}

// branchFor returns the branch of the reader's union that takes a value of the writer's, -1: none does.
// Source: Resolver.ReaderUnion.firstMatchingBranch.
func (v *resolver) branchFor(w, r *Schema) (int, error) {
	alike := -1
	for i, t := range r.Types {
		switch {
		case w.Type != t.Type:
		case !w.Type.named() || w.Name == t.Name:
			return i, nil
		case w.Type == Record:
			one, err := v.record(w, t)
			if err != nil {
				return 0, err
			}
			if !one.refuses() && (alike < 0 || w.Name.Name == t.Name.Name) {
				alike = i
			}
		}
	}
	if alike >= 0 {
		return alike, nil
	}
	return slices.IndexFunc(r.Types, func(t *Schema) bool { return slices.Contains(promoted[w.Type], t.Type) }), nil
}

// refuses reports whether a record, or a field of it, is refused.
func (o *rewrite) refuses() bool {
	return o.op == refuseRewrite || slices.ContainsFunc(o.sub, func(f *rewrite) bool { return f.op == refuseRewrite })
}

// unionEquiv reports whether values are read branch by branch. Source: Resolver.unionEquiv.
func unionEquiv(w, r *Schema, seen map[pair]bool) bool {
	if w.Type != r.Type || w.Type.named() && w.Name.Name != r.Name.Name {
		return false
	}
	switch w.Type {
	case Array, Map:
		return unionEquiv(w.Elem, r.Elem, seen)
	case Fixed:
		return w.Size == r.Size
	case Enum:
		return slices.Equal(w.Symbols, r.Symbols)
	case Union:
		return slices.EqualFunc(w.Types, r.Types, func(a, b *Schema) bool { return unionEquiv(a, b, seen) })
	case Record:
		p := pair{w, r}
		if same, ok := seen[p]; ok {
			return same
		}
		seen[p] = true
		seen[p] = slices.EqualFunc(w.Fields, r.Fields, func(a, b Field) bool {
			return a.Name == b.Name && unionEquiv(a.Schema, b.Schema, seen)
		})
		return seen[p]
	}
	return true
}
