package primitive_test

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/primitive"
)

// FuzzDecode cuts data into rows at every 0xFE 0xFE and demands of every class: no panic, rows alone as
// together, what is decoded is written and read again the same, all within the bounds of memory and time.
func FuzzDecode(f *testing.F) {
	classes := primitive.Classes()
	for i := range classes {
		f.Add(uint8(i), []byte("a\xfe\xfe\x00\x01\x02\x03\xfe\xfe\xc3\xa9\xfe\xfe"))
	}
	f.Add(uint8(0), []byte("12345678\xe2\x82\xfe\xfe\xed\xa0\x80 and enough text to fill more than four words\xfe\xfe\xf0\x9f\x98\x80"))
	charsets := []string{"UTF-8", "UTF-8", "UTF-8", "ISO-8859-1", "UTF-16", "UTF-32", "GB18030", "IBM1047"}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		class := classes[int(which)%len(classes)]
		charset := charsets[int(which)/len(classes)%len(charsets)]
		c, err := class.New(map[string]string{"converter.encoding": charset}, which&1 == 0, codec.Context{})
		if err != nil {
			t.Fatal(err)
		}
		rows := codectest.Rows{Raw: bytes.Split(data, []byte{0xfe, 0xfe})}
		if len(rows.Raw) > 1 && len(rows.Raw[0]) == 0 {
			rows.Raw[0] = nil
		}
		codectest.CheckDecoder(t, c, rows)
		codectest.CheckStable(t, c, rows)
		codectest.CheckBounds(t, c, rows)
	})
}
