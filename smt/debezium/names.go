package debezium

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/java"
)

// adjuster makes names fit for Avro, or leaves them. Source: SchemaNameAdjuster.
type adjuster struct {
	change, unicode bool
	dots            bool // are left: the names of schemas have them
}

// fieldNames returns the adjuster of field names of a mode. Source: FieldNameAdjustmentMode.
func fieldNames(mode string) adjuster {
	return adjuster{change: mode != "none", unicode: mode == "avro_unicode"}
}

// schemaNames returns the adjuster of schema names of a mode. Source: SchemaNameAdjustmentMode.
func schemaNames(mode string) adjuster {
	a := fieldNames(mode)
	a.dots = true
	return a
}

func (a adjuster) validFirst(c uint16) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' && !a.unicode
}

func (a adjuster) valid(c uint16) bool {
	return a.validFirst(c) || c >= '0' && c <= '9' || c == '.' && a.dots
}

func (a adjuster) replace(c uint16) string {
	if !a.unicode {
		return "_"
	}
	hex := strconv.FormatInt(int64(c), 16)
	if len(hex) <= 2 {
		hex = "00" + hex
	}
	return "_u" + hex
}

// name returns a name in which every UTF-16 unit that may not stand there is replaced.
func (a adjuster) name(proposed string) string {
	if !a.change {
		return proposed
	}
	var out strings.Builder
	for i, c := range java.UTF16Units([]byte(proposed)) {
		switch {
		case i == 0 && a.validFirst(c) || i > 0 && a.valid(c):
			out.WriteByte(byte(c))
		default:
			out.WriteString(a.replace(c))
			if i == 0 && !a.unicode && c >= '0' && c <= '9' {
				out.WriteByte(byte(c))
			}
		}
	}
	return out.String()
}
