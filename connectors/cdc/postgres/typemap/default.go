package typemap

import (
	"regexp"
	"strings"

	"github.com/millrace/millrace/batch"
)

// Patterns of pg_get_expr. Source: PostgresDefaultValueConverter.
var (
	literalDefault  = regexp.MustCompile(`'(.*?)'`)
	functionDefault = regexp.MustCompile(`^[(]?[A-Za-z0-9_.]+\((?:.+(?:, ?.+)*)?\)`)
)

// generated is what stands, by type, for a default that a function computes.
var generated = map[uint32]string{
	oidBit: "00", oidVarbit: "0", oidBool: "false", oidBpchar: "", oidVarchar: "", oidText: "",
	oidNumeric: "0.0", oidFloat4: "0.0", oidFloat8: "0.0", oidInt2: "0", oidInt4: "0", oidInt8: "0",
	oidJSON: "{}", oidJSONB: "{}", oidXML: "", oidUUID: "00000000-0000-0000-0000-000000000000",
	oidDate: "1970-01-01", oidTime: "00:00:00", oidTimestamp: "1970-01-01 00:00:00", oidTimestamptz: "1970-01-01 00:00:00+00",
	oidInterval: "00:00:00",
}

// currentTimes are functions without parentheses.
var currentTimes = map[string]bool{
	"current_timestamp": true, "current_date": true, "current_time": true, "localtime": true, "localtimestamp": true,
}

// defaultValue returns the default of a column's schema; null where its expression says none that can be read.
func defaultValue(c *Column, t *Type, parse parse, scale int32) batch.Value {
	if !c.HasDefault {
		return batch.Null()
	}
	expression := strings.TrimSpace(c.Default)
	if t.Labels != nil {
		text, ok := strings.CutSuffix(expression, "::"+t.Name)
		if !ok || len(text) < 2 || text[0] != '\'' {
			return batch.Null()
		}
		return batch.StringValue(text[1 : len(text)-1])
	}
	placeholder, known := generated[t.OID]
	if !known || c.Type.Base != nil {
		return batch.Null()
	}
	text := expression
	switch {
	case functionDefault.MatchString(expression) || currentTimes[strings.ToLower(expression)]:
		text = placeholder
	case strings.HasPrefix(expression, "NULL::"):
		return batch.Null()
	case strings.Contains(expression, "'"):
		m := literalDefault.FindStringSubmatch(expression)
		if m == nil {
			return batch.Null()
		}
		text = m[1]
	}
	if t.OID == oidBit && len(text) > 1 && c.Modifier <= 1 {
		return batch.Null()
	}
	if t.OID == oidNumeric && scale > 0 { // as many decimals as the column has
		if whole, decimals, _ := strings.Cut(text, "."); len(decimals) < int(scale) {
			text = whole + "." + decimals + strings.Repeat("0", int(scale)-len(decimals))
		}
	}
	v, err := parse([]byte(text))
	if err != nil {
		return batch.Null()
	}
	return v
}
