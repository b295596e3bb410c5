package moody

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
)

// Converter is words as UTF-8, of keys, values and headers.
func Converter() *codec.Class {
	return &codec.Class{Name: "com.example.moody.MoodyConverter", Version: version, Def: config.NewDef(),
		New:       func(map[string]string, bool, codec.Context) (codec.Converter, error) { return &converter{}, nil },
		NewHeader: func(map[string]string) (codec.HeaderConverter, error) { return &headers{}, nil },
	}
}

type converter struct{ moods }

func (c *converter) NewDecoder() codec.Decoder { return c }
func (c *converter) NewEncoder() codec.Encoder { return c }
func (c *converter) Close() error              { return nil }

func (c *converter) Group(_ *batch.Batch, _ *codec.Input, g *codec.Groups, _ *batch.Status) error {
	g.N = 1
	return nil
}

func (c *converter) Decode(dst *batch.Batch, in *codec.Input, _ int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	n := in.Values.Len()
	words := make([]batch.Value, n)
	each(n, sel, func(i int32) {
		raw, _ := in.Values.Get(int(i))
		if err := c.check(string(raw)); err != nil {
			status.Fail(i, n, err)
			return
		}
		words[i] = batch.StringValue(string(raw))
	})
	b := batch.NewColumnBuilder(batch.Of(batch.KindString, true), false)
	for _, w := range words {
		if err := b.Append(w); err != nil {
			return nil, err
		}
	}
	return b.Finish(dst), nil
}

func (c *converter) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	n := out.Column.Len()
	each(n, out.Sel, func(i int32) {
		word := out.Column.Value(int(i)).Str()
		if err := c.check(word); err != nil {
			status.Fail(i, n, err)
			return
		}
		dst.Buf = append(dst.Buf, word...)
		dst.EndRow(int(i))
	})
	return nil
}

type headers struct{ moods }

func (h *headers) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	return batch.Of(batch.KindString, true), batch.StringValue(string(raw)), h.check(string(raw))
}

func (h *headers) FromConnect(dst []byte, _, _ string, _ *batch.Schema, v batch.Value) ([]byte, bool, error) {
	return append(dst, v.Str()...), false, h.check(v.Str())
}

func (*headers) Close() error { return nil }

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
