// Package hexadecimal is a converter whose record bytes are text: a whole number in hexadecimal.
package hexadecimal

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
)

// Class returns the converter class.
func Class() *codec.Class {
	return &codec.Class{
		Name: "com.example.acme.HexConverter", Version: "1.0", Def: config.NewDef(),
		New: func(map[string]string, bool, codec.Context) (codec.Converter, error) { return converter{}, nil },
	}
}

// converter has no state: one serves all lanes.
type converter struct{}

func (converter) NewDecoder() codec.Decoder { return decoder{} }
func (converter) NewEncoder() codec.Encoder { return encoder{} }
func (converter) Close() error              { return nil }

// decoder makes optional INT64 columns.
type decoder struct{}

// Group puts all rows into one group: they have one schema.
func (decoder) Group(_ *batch.Batch, _ *codec.Input, g *codec.Groups, _ *batch.Status) error {
	g.N, g.Row = 1, nil
	return nil
}

func (decoder) Decode(dst *batch.Batch, in *codec.Input, _ int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	n := in.Values.Len()
	c := dst.NewFixed(batch.Of(batch.KindInt64, true), n)
	valid := dst.MakeValid(c)
	values := c.Int64s()
	each(n, sel, func(i int32) {
		raw, present := in.Values.Get(int(i))
		if !present {
			valid.Clear(int(i))
			return
		}
		v, err := strconv.ParseInt(string(raw), 16, 64)
		if err != nil {
			status.Fail(i, n, codec.Data("hexadecimal: %q is no number", raw))
			return
		}
		values[i] = v
	})
	return c, nil
}

// encoder writes whole numbers of any width.
type encoder struct{}

func (encoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	n := out.Column.Len()
	each(n, out.Sel, func(i int32) {
		v := out.Column.Value(int(i))
		switch v.Tag() {
		case batch.TagNull: // stays null
		case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
			dst.Buf = strconv.AppendInt(dst.Buf, v.Int(), 16)
			dst.EndRow(int(i))
		default:
			status.Fail(i, n, codec.Data("hexadecimal: a %s is no whole number", v.Tag().JavaClass()))
		}
	})
	return nil
}

// each calls f for the selected ones of n rows.
func each(n int, sel batch.Selection, f func(i int32)) {
	if sel == nil {
		for i := range int32(n) {
			f(i)
		}
		return
	}
	for _, i := range sel {
		f(i)
	}
}
