package typemap

import (
	"fmt"
	"testing"
)

// TestSourceParams has the sizes that pgjdbc knows of types, as the catalog and as the stream describes them.
func TestSourceParams(t *testing.T) {
	integer, numeric := &Type{OID: oidInt4, Name: "int4"}, &Type{OID: oidNumeric, Name: "numeric"}
	domain := &Type{OID: 90000, Name: "money9", Base: numeric, Modifier: 9<<16 | 2 + 4}
	for _, c := range []struct {
		column          Column
		catalog, stream string
	}{
		{Column{Name: "i", Type: integer, Modifier: -1}, "[INT4 10 0 i]", "[INT4 10 0 i]"},
		{Column{Name: "k", Type: integer, Modifier: -1, HasDefault: true, Default: "nextval('k_seq'::regclass)"}, "[SERIAL 10 0 k]", "[INT4 10 0 k]"},
		{Column{Name: "n", Type: numeric, Modifier: 8<<16 | 3 + 4}, "[NUMERIC 8 3 n]", "[NUMERIC 8 3 n]"},
		{Column{Name: "f", Type: numeric, Modifier: -1}, "[NUMERIC 0 f]", "[NUMERIC 131089 0 f]"},
		{Column{Name: "v", Type: &Type{OID: oidVarchar, Name: "varchar"}, Modifier: 12 + 4}, "[VARCHAR 12 0 v]", "[VARCHAR 12 0 v]"},
		{Column{Name: "t", Type: &Type{OID: oidText, Name: "text"}, Modifier: -1}, "[TEXT 2147483647 0 t]", "[TEXT 2147483647 0 t]"},
		{Column{Name: "ts", Type: &Type{OID: oidTimestamp, Name: "timestamp"}, Modifier: 3}, "[TIMESTAMP 26 3 ts]", "[TIMESTAMP 26 3 ts]"},
		{Column{Name: "tz", Type: &Type{OID: oidTimestamptz, Name: "timestamptz"}, Modifier: -1}, "[TIMESTAMPTZ 35 6 tz]", "[TIMESTAMPTZ 35 6 tz]"},
		{Column{Name: "av", Type: &Type{OID: 1015, Name: "_varchar", Element: &Type{OID: oidVarchar, Name: "varchar"}}, Modifier: 5 + 4}, "[_VARCHAR 5 0 av]", "[_VARCHAR 5 0 av]"},
		{Column{Name: "e", Type: &Type{OID: 90001, Name: "mood", Schema: "kept", Labels: []string{"calm"}}, Modifier: -1}, `["KEPT"."MOOD" 2147483647 0 e]`, "[MOOD 2147483647 0 e]"},
		{Column{Name: "m", Type: domain, Modifier: -1}, "[MONEY9 9 2 m]", "[MONEY9 9 2 m]"},
	} {
		for stream, want := range map[bool]string{false: c.catalog, true: c.stream} {
			var texts []string
			for _, p := range SourceParams(&c.column, stream) {
				texts = append(texts, p.Value)
			}
			if got := fmt.Sprint(texts); got != want {
				t.Errorf("%s, stream %v: %s, want %s", c.column.Name, stream, got, want)
			}
		}
	}
}
