package jsonpath

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// parseJSON reads a JSON literal; strings may stand in single quotes. Numbers are INT32 where they fit, else
// INT64, decimals beyond and FLOAT64 with a fraction. Source: JSONParser of json-smart.
func parseJSON(text string) (batch.Value, error) {
	d := json.NewDecoder(strings.NewReader(doubleQuoted(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return batch.Value{}, err
	}
	if d.More() {
		return batch.Value{}, errors.New("text behind the value")
	}
	return jsonValue(v), nil
}

// doubleQuoted turns strings in single quotes into JSON's.
func doubleQuoted(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		end := -1
		if c == '\'' || c == '"' {
			end = closingQuote(text, i)
		}
		switch {
		case end < 0:
			out.WriteByte(c)
			continue
		case c == '"':
			out.WriteString(text[i : end+1])
		default:
			inside := strings.ReplaceAll(text[i+1:end], `\'`, `'`)
			out.WriteString(`"` + strings.ReplaceAll(inside, `"`, `\"`) + `"`)
		}
		i = end
	}
	return out.String()
}

func jsonValue(v any) batch.Value {
	switch v := v.(type) {
	case string:
		return batch.StringValue(v)
	case bool:
		return batch.BooleanValue(v)
	case json.Number:
		return jsonNumber(string(v))
	case []any:
		out := make([]batch.Value, len(v))
		for i := range v {
			out[i] = jsonValue(v[i])
		}
		return batch.ArrayValue(out)
	case map[string]any:
		m := &batch.MapValue{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			m.Put(batch.StringValue(k), jsonValue(v[k]))
		}
		return batch.MapValueOf(m)
	}
	return batch.Null()
}

func jsonNumber(s string) batch.Value {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if int64(int32(n)) == n {
			return batch.Int32Value(int32(n))
		}
		return batch.Int64Value(n)
	}
	if !strings.ContainsAny(s, ".eE") {
		if d, err := java.ParseDecimal(s); err == nil {
			return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: d.Unscaled(), Scale: d.Scale()})
		}
	}
	f, _ := strconv.ParseFloat(s, 64) // out of range: infinite, as Double.parseDouble
	return batch.Float64Value(f)
}
