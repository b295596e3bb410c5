package primitive_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/primitive"
)

// converter returns a configured converter of the class with that simple name.
func converter(t testing.TB, name string, props map[string]string) codec.Converter {
	t.Helper()
	class, err := codec.NewSet(primitive.Classes()...).Find(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := class.New(props, false, codec.Context{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStringDecoder_ValidTextIsAView(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	b := pool.New(3)
	defer b.Release()
	src := []byte("ab\xff\xfezürich")
	in := codec.Input{Topic: "t", Values: batch.Bytes{Bufs: [2][]byte{src}, Views: []batch.View{{Pos: 0, Len: 2}, {Pos: 1, Len: 3}, {Pos: 4, Len: 7}}}}
	d := converter(t, "StringConverter", nil).NewDecoder()
	var g codec.Groups
	if err := d.Group(b, &in, &g, &b.Status); err != nil || g.N != 1 {
		t.Fatal(err, g)
	}
	c, err := d.Decode(b, &in, 0, nil, nil, &b.Status)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"ab", "b\ufffd\ufffd", "zürich"} {
		if got := string(c.At(i)); got != want {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
	if &c.At(0)[0] != &src[0] || &c.At(2)[0] != &src[4] {
		t.Error("valid text was copied")
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

func TestStringDecoder_UnreadRowsAreNotLookedAt(t *testing.T) {
	rows := codectest.Rows{Raw: [][]byte{[]byte("\xff"), nil, []byte("a")}, Want: &batch.Projection{None: true}}
	got := codectest.Decode(t, converter(t, "StringConverter", nil).NewDecoder(), rows)
	if got[0].Value.Str() != "\xff" || !got[1].Value.IsNull() || got[2].Schema != batch.Of(batch.KindString, true) {
		t.Errorf("%v", got)
	}
}
