package codectest

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// Run puts a vector's items to class, rows of one schema together, and reports every answer that differs
// from the original's. same, where it is not nil, compares bytes that are not equal.
//
// A list or map of the original's answers is an ArrayList or a LinkedHashMap; ours count as HashMap in
// error texts. Values that do not fit their schema, which Java hands to a converter unseen, are asked
// as constants: columns of other forms refuse them earlier, or, as dates millions of years away, change
// them.
func (v *Vector) Run(t TB, class *codec.Class, same func(want, got []byte) bool) {
	t.Helper()
	r := runner{TB: t, v: v, same: same}
	switch v.Op {
	case ToConnect, FromConnect:
		conv, err := class.New(v.Config, v.IsKey, codec.Context{})
		if r.setup(err) {
			if v.Op == ToConnect {
				r.decode(conv)
			} else {
				r.encode(conv)
			}
			if err := conv.Close(); err != nil {
				t.Errorf("%s: Close: %v", v.Place, err)
			}
		}
	case ToConnectHeader, FromConnectHeader:
		conv, err := class.NewHeader(v.Config)
		if r.setup(err) {
			r.headers(conv)
			if err := conv.Close(); err != nil {
				t.Errorf("%s: Close: %v", v.Place, err)
			}
		}
	default:
		t.Fatalf("%s: unknown operation %q", v.Place, v.Op)
	}
}

type runner struct {
	TB
	v    *Vector
	same func(want, got []byte) bool
}

// setup reports whether there is a converter to be asked.
func (r *runner) setup(err error) bool {
	r.Helper()
	if want := r.v.Setup; (want != nil) != (err != nil) || want != nil && !want.matches(err) {
		r.Errorf("%s: configured: %v, want %v", r.v.Place, ErrorText(err), want)
	}
	return err == nil && r.v.Setup == nil
}

func (r *runner) decode(conv codec.Converter) {
	r.Helper()
	raw := make([][]byte, len(r.v.Cases))
	for i, c := range r.v.Cases {
		raw[i] = c.Bytes
	}
	for i, got := range CheckDecoder(r, conv, Rows{Topic: r.v.Topic, Raw: raw}) {
		r.data(i, got)
	}
}

// data compares what a row was read as.
func (r *runner) data(i int, got Decoded) {
	r.Helper()
	c := &r.v.Cases[i]
	want := Decoded{Schema: c.Schema, Value: c.Value}
	if c.Failure != nil {
		if got.Err == nil || !c.Failure.matches(got.Err) {
			r.Errorf("%s: item %d: %q became %s, want %v", r.v.Place, i, c.Bytes, got, c.Failure)
		}
		return
	}
	got.Value = sameNaN(got.Value)
	if !got.same(want) {
		r.Errorf("%s: item %d: %q became %s, want %s", r.v.Place, i, c.Bytes, got, want)
	}
}

// sameNaN returns v with the one NaN that the protocol has in place of every other.
func sameNaN(v batch.Value) batch.Value {
	switch v.Tag() {
	case batch.TagFloat32:
		if f := v.Float(); f != f {
			return batch.Float32Value(float32(math.NaN()))
		}
	case batch.TagFloat64:
		if f := v.Float(); f != f {
			return batch.Float64Value(math.NaN())
		}
	case batch.TagArray:
		return batch.ArrayValue(sameNaNs(v.Array()))
	case batch.TagMap:
		return batch.MapValueOf(&batch.MapValue{Keys: sameNaNs(v.Map().Keys), Values: sameNaNs(v.Map().Values)})
	case batch.TagStruct:
		return batch.StructValueOf(&batch.StructValue{Schema: v.Struct().Schema, Fields: sameNaNs(v.Struct().Fields)})
	}
	return v
}

func sameNaNs(v []batch.Value) []batch.Value {
	out := make([]batch.Value, len(v))
	for i := range v {
		out[i] = sameNaN(v[i])
	}
	return out
}

func (r *runner) encode(conv codec.Converter) {
	r.Helper()
	b := batch.NewPool(mem.Checked(r)).New(0)
	defer b.Release()
	done := make([]bool, len(r.v.Cases))
	for i := range r.v.Cases {
		if done[i] {
			continue
		}
		s := r.v.Cases[i].Schema
		cb := batch.NewColumnBuilder(s, true)
		var rows []int
		for k := i; k < len(r.v.Cases); k++ {
			c := &r.v.Cases[k]
			if !done[k] && c.Schema.Equal(s) && fits(b, c) && cb.Append(c.Value) == nil {
				rows, done[k] = append(rows, k), true
			}
		}
		if !done[i] {
			done[i] = true
			got := Encode(r, conv.NewEncoder(), r.v.Topic, b.NewConstant(s, 1, r.v.Cases[i].Value), nil)
			r.bytes(i, got[0])
			continue
		}
		for k, got := range CheckEncoder(r, conv, r.v.Topic, cb.Finish(b)) {
			r.bytes(rows[k], got)
		}
	}
}

// fits reports whether a column holds the value of c without a change.
func fits(b *batch.Batch, c *Case) bool {
	cb := batch.NewColumnBuilder(c.Schema, true)
	return cb.Append(c.Value) == nil && cb.Finish(b).Value(0).Equal(c.Value)
}

// bytes compares what a row was written as.
func (r *runner) bytes(i int, got Encoded) {
	r.Helper()
	c := &r.v.Cases[i]
	show := func() string {
		return fmt.Sprintf("%s: item %d: %s under %s", r.v.Place, i, batch.AppendLiteral(nil, nil, c.Value), batch.AppendSchema(nil, c.Schema))
	}
	switch {
	case c.Failure != nil:
		if got.Err == nil || !c.Failure.matches(got.Err) {
			r.Errorf("%s became %s, want %v", show(), got, c.Failure)
		}
	case got.Err != nil || (got.Bytes == nil) != (c.Bytes == nil):
		r.Errorf("%s became %s, want %q", show(), got, c.Bytes)
	case !bytes.Equal(got.Bytes, c.Bytes) && (r.same == nil || !r.same(c.Bytes, got.Bytes)):
		r.Errorf("%s became %s, want %q", show(), got, c.Bytes)
	}
}

func (r *runner) headers(conv codec.HeaderConverter) {
	r.Helper()
	for i := range r.v.Cases {
		c := &r.v.Cases[i]
		if r.v.Op == ToConnectHeader {
			s, value, err := conv.ToConnect(r.v.Topic, "h", c.Bytes)
			if err != nil {
				s, value = nil, batch.Value{}
			}
			r.data(i, Decoded{s, value, err})
			continue
		}
		const before = "before"
		out, null, err := conv.FromConnect([]byte(before), r.v.Topic, "h", c.Schema, c.Value)
		got := Encoded{Err: err}
		if err == nil && !null {
			rest, ok := strings.CutPrefix(string(out), before)
			if !ok {
				r.Errorf("%s: item %d: FromConnect did not append: %q", r.v.Place, i, out)
			}
			got.Bytes = []byte(rest)
		}
		r.bytes(i, got)
	}
}

// matches reports whether err is what the original threw.
func (f *Failure) matches(err error) bool {
	class := JavaClass(err)
	maps := strings.NewReplacer("java.util.LinkedHashMap", "java.util.HashMap")
	return class[strings.LastIndexByte(class, '.')+1:] == f.Type && maps.Replace(JavaMessage(err)) == maps.Replace(f.Message)
}

// String returns the failure for messages.
func (f *Failure) String() string {
	if f == nil {
		return "success"
	}
	return "error " + f.Type + ": " + f.Message
}
