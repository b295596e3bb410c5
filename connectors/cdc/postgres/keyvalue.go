package postgres

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/javaser"
)

// Layouts of dates and times, as sessions of this package write them.
const (
	dateLayout      = "2006-01-02"
	timestampLayout = "2006-01-02 15:04:05.999999"
	zonedLayout     = "2006-01-02 15:04:05.999999-07"
)

// keyValue returns the value of a key column as offsets hold it: what the JDBC driver makes of it, in UTC. text is the
// server's, nil for null. What the driver has no class for, and times that Java's calendar has elsewhere, are texts with the
// name of their type, which the driver takes as well. Source: PostgresConnection.getColumnValue, PgResultSet.getObject.
func keyValue(t *typemap.Type, text []byte) (any, error) {
	if text == nil {
		return nil, nil
	}
	s := string(text)
	t = t.Root()
	if len(t.Labels) > 0 {
		return s, nil
	}
	other := javaser.Typed{Type: t.Name, Value: s}
	moment := func(layout string) (time.Time, bool) {
		m, err := time.Parse(layout, s)
		return m, err == nil && m.Year() > 1582
	}
	switch t.Name {
	case "text", "varchar", "bpchar", "char", "name", "time", "timetz":
		return s, nil
	case "int2", "int4":
		v, err := strconv.ParseInt(s, 10, 32)
		return int32(v), err
	case "int8", "oid":
		return strconv.ParseInt(s, 10, 64)
	case "bool":
		return s == "t", nil
	case "float4":
		v, err := strconv.ParseFloat(s, 32)
		return float32(v), err
	case "float8":
		return strconv.ParseFloat(s, 64)
	case "numeric":
		if v, err := java.ParseDecimal(s); err == nil {
			return v, nil
		}
	case "uuid":
		var u javaser.UUID
		if _, err := hex.Decode(u[:], []byte(strings.ReplaceAll(s, "-", ""))); err == nil {
			return u, nil
		}
	case "bytea":
		if b, err := unhex(strings.TrimPrefix(s, `\x`)); err == nil {
			return b, nil
		}
	case "date":
		if m, ok := moment(dateLayout); ok {
			return javaser.Date(m.UnixMilli()), nil
		}
	case "timestamp":
		if m, ok := moment(timestampLayout); ok {
			return javaser.Timestamp{Seconds: m.Unix(), Nanos: int32(m.Nanosecond())}, nil
		}
	case "timestamptz":
		if m, ok := moment(zonedLayout); ok {
			return javaser.Timestamp{Seconds: m.Unix(), Nanos: int32(m.Nanosecond())}, nil
		}
	}
	return other, nil
}

// keyLiteral returns a value of a key as SQL: a literal without a type, which takes that of the column it is compared with.
func keyLiteral(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "NULL", nil
	case string:
		return quoteText(v), nil
	case bool, int16, int32, int64:
		return quoteText(fmt.Sprint(v)), nil
	case float32:
		return quoteText(strconv.FormatFloat(float64(v), 'g', -1, 32)), nil
	case float64:
		return quoteText(strconv.FormatFloat(v, 'g', -1, 64)), nil
	case []byte:
		return quoteText(`\x` + hex.EncodeToString(v)), nil
	case *big.Int:
		return quoteText(v.String()), nil
	case java.Decimal:
		return quoteText(string(v.AppendPlain(nil))), nil
	case javaser.UUID:
		return quoteText(hex.EncodeToString(v[:])), nil
	case javaser.Date:
		return quoteText(time.UnixMilli(int64(v)).UTC().Format(dateLayout)), nil
	case javaser.Timestamp:
		return quoteText(time.Unix(v.Seconds, int64(v.Nanos)).UTC().Format(timestampLayout)), nil
	case javaser.Typed:
		return quoteText(v.Value), nil
	}
	return "", fmt.Errorf("value of type %T in a key", v)
}
