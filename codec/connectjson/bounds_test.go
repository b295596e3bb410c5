package connectjson

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestDecode_BoundsOfHostileRows reads rows of about a mebibyte whose every byte costs as much as it can, and broken ones. Rows that only the plain way can
// read are not among them: each of their values takes as much memory as it takes there.
func TestDecode_BoundsOfHostileRows(t *testing.T) {
	const size = 1 << 20
	fill := func(open, one, closing string) string {
		return open + strings.Repeat(one, size/len(one)) + closing
	}
	rows := map[string]string{
		"numbers": fill("[1", ",1", "]"), "texts": fill(`[""`, `,""`, "]"), "objects": fill("[{}", ",{}", "]"), "arrays": fill("[[]", ",[]", "]"), "escapes": fill(`"`, `\u00e9`, `"`), "members of objects": fill(`[{"a":1}`, `,{"a":1}`, "]"),
		"cut short": fill("[1", ",1", ""), "broken": fill("[1", ",1", ",}]"), "broken members": fill(`{"a":1`, `,"a":1`, "]"),
	}
	envelope := map[string]string{
		"schema": fill(`{"schema":{"type":"struct","fields":[{"field":"a","type":"int8"}`, `,{"field":"a","type":"int8"}`, `]},"payload":{}}`),
		"array":  fill(`{"schema":{"type":"array","items":{"type":"int8"}},"payload":[1`, ",1", "]}"),
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			codectest.CheckBounds(t, testConverter(t, keySchemasEnable, "false"), codectest.Rows{Raw: [][]byte{[]byte(row)}})
		})
	}
	for name, row := range envelope {
		t.Run("envelope "+name, func(t *testing.T) {
			codectest.CheckBounds(t, testConverter(t), codectest.Rows{Raw: [][]byte{[]byte(row)}})
		})
	}
}
