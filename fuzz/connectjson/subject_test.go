package connectjson

import (
	"math/big"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// run answers a trial with this project's converter. whole asks for all items as one batch, otherwise
// each is a batch of its own.
func run(t *testing.T, pool *batch.Pool, tr *trial.Trial, whole bool) trial.Outcome {
	t.Helper()
	class := connectjson.Classes()[0]
	p := tr.Plugins[0]
	props := map[string]string{}
	for _, c := range p.Config {
		props[c.Key] = c.Text
	}
	if p.Kind == "headerConverter" {
		h, err := class.NewHeader(props)
		if err != nil {
			return trial.Outcome{Setup: failure(err)}
		}
		return runHeader(tr, h)
	}
	c, err := class.New(props, p.IsKey)
	if err != nil {
		return trial.Outcome{Setup: failure(err)}
	}
	out := trial.Outcome{Items: make([]trial.Answer, len(tr.Items))}
	if tr.Op == trial.FromConnect {
		encode(t, pool, c.NewEncoder(), tr, out.Items, whole)
		return out
	}
	d := c.NewDecoder()
	if whole {
		decode(t, pool, d, tr.Topic, tr.Items, out.Items)
		return out
	}
	for i := range tr.Items {
		decode(t, pool, d, tr.Topic, tr.Items[i:i+1], out.Items[i:i+1])
	}
	return out
}

// decode reads all items as one batch.
func decode(t *testing.T, pool *batch.Pool, d codec.Decoder, topic string, items []trial.Item, out []trial.Answer) {
	t.Helper()
	b := pool.New(len(items))
	defer b.Release()
	in := codec.Input{Topic: topic, Values: bytesOf(b, items)}
	var g codec.Groups
	var status batch.Status
	if err := d.Group(b, &in, &g, &status); err != nil {
		t.Fatal(err)
	}
	for k := range g.N {
		var sel batch.Selection
		for i := range int32(len(items)) {
			if (g.N == 1 && g.Row == nil || g.Row[i] == k) && !status.Failed(i) {
				sel = append(sel, i)
			}
		}
		if len(sel) == 0 {
			continue
		}
		c, err := d.Decode(b, &in, k, sel, nil, &status)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		for _, i := range sel {
			if !status.Failed(i) {
				out[i].Data = protocol.Typed{Schema: schemaOut(c.SchemaOf(int(i))), Value: valueOut(c.Value(int(i)), c.SchemaOf(int(i)) != nil)}
			}
		}
	}
	for _, e := range status.Errors() {
		out[e.Row] = trial.Answer{Failure: failure(e.Err)}
	}
}

// bytesOf lays the items' bytes out as fetched ones lie: one buffer with slack behind it.
func bytesOf(b *batch.Batch, items []trial.Item) batch.Bytes {
	n := 0
	for _, it := range items {
		n += len(it.Bytes)
	}
	out := batch.Bytes{Views: mem.Zeroed[batch.View](&b.Arena, len(items)), Valid: make([]uint64, (len(items)+63)/64)}
	buf := b.Arena.Bytes(n)[:0]
	for i, it := range items {
		if it.Bytes != nil {
			out.Views[i] = batch.View{Pos: uint32(len(buf)), Len: uint32(len(it.Bytes))}
			out.Valid.Set(i)
			buf = append(buf, it.Bytes...)
		}
	}
	out.Bufs[0] = buf
	return out
}

// encode writes items: alone, or runs of equal schemas together.
func encode(t *testing.T, pool *batch.Pool, e codec.Encoder, tr *trial.Trial, out []trial.Answer, whole bool) {
	t.Helper()
	var rows []int
	var cb *batch.ColumnBuilder
	flush := func() {
		if len(rows) == 0 {
			return
		}
		b := pool.New(len(rows))
		defer b.Release()
		bb := batch.BytesBuilder{Pool: pool.Mem}
		bb.Reset(&b.Arena, len(rows), 64)
		var status batch.Status
		o := codec.Output{Topics: batch.OneTopic(tr.Topic), Column: cb.Finish(b)}
		if err := e.Encode(&bb, &o, &status); err != nil {
			t.Fatal(err)
		}
		for k, i := range rows {
			if bb.Valid.Has(k) {
				v := bb.Views[k]
				out[i].Bytes = append([]byte{}, bb.Buf[v.Pos:v.Pos+v.Len]...)
			}
		}
		for _, f := range status.Errors() {
			out[rows[f.Row]] = trial.Answer{Failure: failure(f.Err)}
		}
		bb.Discard()
		rows = rows[:0]
	}
	for i := range tr.Items {
		d := &tr.Items[i].Data
		s := schemaIn(d.Schema)
		v := valueIn(s, d.Value)
		if cb == nil || !whole || !cb.Schema().Equal(s) {
			flush()
			cb = batch.NewColumnBuilder(s, true)
		}
		if err := cb.Append(v); err != nil {
			out[i].Failure = failure(err)
			continue
		}
		rows = append(rows, i)
	}
	flush()
}

func runHeader(tr *trial.Trial, h codec.HeaderConverter) trial.Outcome {
	out := trial.Outcome{Items: make([]trial.Answer, len(tr.Items))}
	for i := range tr.Items {
		it := &tr.Items[i]
		if tr.Op == trial.ToConnectHeader {
			s, v, err := h.ToConnect(tr.Topic, "h", it.Bytes)
			if err != nil {
				out.Items[i].Failure = failure(err)
				continue
			}
			out.Items[i].Data = protocol.Typed{Schema: schemaOut(s), Value: valueOut(v, s != nil)}
			continue
		}
		s := schemaIn(it.Data.Schema)
		b, null, err := h.FromConnect(nil, tr.Topic, "h", s, valueIn(s, it.Data.Value))
		switch {
		case err != nil:
			out.Items[i].Failure = failure(err)
		case !null:
			out.Items[i].Bytes = b
		}
	}
	return out
}

func failure(err error) *trial.Failure {
	f := &trial.Failure{Type: "Exception", Message: err.Error()}
	if j, ok := err.(interface{ JavaClass() string }); ok {
		f.Type = j.JavaClass()[strings.LastIndexByte(j.JavaClass(), '.')+1:]
	}
	if m, ok := err.(interface{ JavaMessage() string }); ok {
		f.Message = m.JavaMessage()
	}
	return f
}

var kinds = []string{protocol.Int8, protocol.Int16, protocol.Int32, protocol.Int64, protocol.Float32, protocol.Float64, protocol.Boolean,
	protocol.String, protocol.Bytes, protocol.Array, protocol.Map, protocol.Struct}

func schemaIn(s *protocol.Schema) *batch.Schema {
	if s == nil {
		return nil
	}
	k := 0
	for kinds[k] != s.Type {
		k++
	}
	b := batch.NewSchema(batch.Kind(k)).Optional(s.Optional)
	if s.Name != nil {
		b.Name(*s.Name)
	}
	if s.Version != nil {
		b.Version(*s.Version)
	}
	if s.Doc != nil {
		b.Doc(*s.Doc)
	}
	for _, p := range s.Parameters {
		b.Param(p.Key, p.Text)
	}
	if s.Items != nil {
		b.Elem(schemaIn(s.Items))
	}
	if s.Keys != nil {
		b.Key(schemaIn(s.Keys))
	}
	if s.Values != nil {
		b.Elem(schemaIn(s.Values))
	}
	for _, f := range s.Fields {
		b.Field(f.Name, schemaIn(f.Schema))
	}
	b.Default(valueIn(b.Build(), s.Default))
	return b.Build()
}

func schemaOut(s *batch.Schema) *protocol.Schema {
	if s == nil {
		return nil
	}
	p := &protocol.Schema{Type: kinds[s.Kind()], Optional: s.Optional()}
	if s.HasName() {
		n := s.Name()
		p.Name = &n
	}
	if s.HasVersion() {
		v := s.Version()
		p.Version = &v
	}
	if s.HasDoc() {
		d := s.Doc()
		p.Doc = &d
	}
	for _, x := range s.Params() {
		p.Parameters = append(p.Parameters, protocol.Pair{Key: x.Key, Text: x.Value})
	}
	if s.HasDefault() {
		p.Default = valueOut(s.Default(), true)
	}
	switch s.Kind() {
	case batch.KindArray:
		p.Items = schemaOut(s.Elem())
	case batch.KindMap:
		p.Keys, p.Values = schemaOut(s.Key()), schemaOut(s.Elem())
	}
	for _, f := range s.Fields() {
		p.Fields = append(p.Fields, protocol.Field{Name: f.Name, Schema: schemaOut(f.Schema)})
	}
	return p
}

func valueIn(s *batch.Schema, v protocol.Value) batch.Value {
	var key, elem *batch.Schema
	if s != nil && (s.Kind() == batch.KindArray || s.Kind() == batch.KindMap) {
		key, elem = s.Key(), s.Elem()
	}
	switch v.Tag {
	case protocol.I8, protocol.I16, protocol.I32, protocol.I64:
		return batch.IntValue(batch.Kind(v.Tag-protocol.I8), v.Int)
	case protocol.F32:
		return batch.Float32Value(float32(v.Float))
	case protocol.F64:
		return batch.Float64Value(v.Float)
	case protocol.Bool:
		return batch.BooleanValue(v.Int != 0)
	case protocol.Str:
		return batch.StringValue(v.Text)
	case protocol.Bin:
		return batch.BytesValue([]byte(v.Text))
	case protocol.List:
		a := make([]batch.Value, len(v.Items))
		for i := range a {
			a[i] = valueIn(elem, v.Items[i])
		}
		return batch.ArrayValue(a)
	case protocol.MapOf:
		m := &batch.MapValue{}
		for i := 0; i < len(v.Items); i += 2 {
			m.Put(valueIn(key, v.Items[i]), valueIn(elem, v.Items[i+1]))
		}
		return batch.MapValueOf(m)
	case protocol.StructOf:
		if v.Own != nil {
			s = schemaIn(v.Own)
		}
		st := batch.NewStructValue(s)
		for i, n := range v.Names {
			f := s.Field(n)
			st.Fields[f.Index] = valueIn(f.Schema, v.Items[i])
		}
		return batch.StructValueOf(st)
	case protocol.Decimal:
		u, _ := new(big.Int).SetString(v.Text, 10)
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: u, Scale: int32(v.Int)})
	case protocol.Millis:
		return batch.DateValue(v.Int)
	}
	return batch.Null()
}

func valueOut(v batch.Value, typed bool) protocol.Value {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return protocol.Value{Tag: protocol.I8 + protocol.Tag(v.Tag()-batch.TagInt8), Int: v.Int()}
	case batch.TagFloat32:
		return protocol.Value{Tag: protocol.F32, Float: v.Float()}
	case batch.TagFloat64:
		return protocol.Value{Tag: protocol.F64, Float: v.Float()}
	case batch.TagBoolean:
		return protocol.Value{Tag: protocol.Bool, Int: v.Int()}
	case batch.TagString:
		return protocol.Value{Tag: protocol.Str, Text: v.Str()}
	case batch.TagBytes:
		return protocol.Value{Tag: protocol.Bin, Text: string(v.Bytes())}
	case batch.TagArray:
		p := protocol.Value{Tag: protocol.List}
		for _, e := range v.Array() {
			p.Items = append(p.Items, valueOut(e, typed))
		}
		return p
	case batch.TagMap:
		p := protocol.Value{Tag: protocol.MapOf}
		for i := range v.Map().Keys {
			p.Items = append(p.Items, valueOut(v.Map().Keys[i], typed), valueOut(v.Map().Values[i], typed))
		}
		return p
	case batch.TagStruct:
		p := protocol.Value{Tag: protocol.StructOf}
		if !typed {
			p.Own = schemaOut(v.Struct().Schema)
		}
		for i, f := range v.Struct().Schema.Fields() {
			p.Names = append(p.Names, f.Name)
			p.Items = append(p.Items, valueOut(v.Struct().Fields[i], true))
		}
		return p
	case batch.TagDecimal:
		d := v.Decimal()
		return protocol.Value{Tag: protocol.Decimal, Text: d.Unscaled.String(), Int: int64(d.Scale)}
	case batch.TagDate:
		return protocol.Value{Tag: protocol.Millis, Int: v.Int()}
	}
	return protocol.Value{}
}
