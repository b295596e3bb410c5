package connectors

import (
	"fmt"
	"math/big"

	"github.com/millrace/millrace/batch"
)

// OffsetMap is a source partition or a source offset: a map from strings to primitives, or null.
// As JSON it is what Java workers keep in the offset topic and in the offset file.
type OffsetMap = batch.Value

// CheckOffsetMap reports whether v may be stored: null, or a map of primitives under string keys.
//
// Errors: a DataException in Java's words. Source: OffsetUtils.validateFormat.
func CheckOffsetMap(v OffsetMap) error {
	if v.IsNull() {
		return nil
	}
	m := v.Map()
	if m == nil {
		return &Error{Class: DataException, Text: "Offsets must be specified as a Map"}
	}
	for i, k := range m.Keys {
		if k.Tag() != batch.TagString {
			return &Error{Class: DataException, Text: "Offsets may only use String keys"}
		}
		if name := notPrimitive(m.Values[i]); name != "" {
			return &Error{Class: DataException, Text: fmt.Sprintf(
				"Offsets may only contain primitive types as values, but field %s contains %s", k.Str(), name)}
		}
	}
	return nil
}

// notPrimitive names what v is where it is no primitive; "" where it is one.
func notPrimitive(v batch.Value) string {
	switch v.Tag() {
	case batch.TagArray:
		return "ARRAY"
	case batch.TagMap:
		return "MAP"
	case batch.TagStruct:
		return "STRUCT"
	case batch.TagDate:
		return "class java.util.Date"
	case batch.TagDecimal:
		if v.Decimal().Scale == 0 {
			return "class java.math.BigInteger" // what ParseOffsetMap makes of integers beyond INT64
		}
		return "class java.math.BigDecimal"
	}
	return ""
}

// NormalizeOffsetMap returns v as it reads back after being stored: integers are INT64, other numbers
// FLOAT64, bytes and numbers without a JSON form text.
//
// Errors: those of CheckOffsetMap. Source: Worker.normalizeSourceConnectorOffsets.
func NormalizeOffsetMap(v OffsetMap) (OffsetMap, error) {
	text, err := AppendOffsetMap(nil, v)
	if err != nil {
		return OffsetMap{}, err
	}
	return ParseOffsetMap(text)
}

// OffsetContent returns a key for Go maps that is the same for maps of the same content, whatever
// their order and the width of their numbers.
//
// Errors: those of CheckOffsetMap.
func OffsetContent(v OffsetMap) (string, error) {
	n, err := NormalizeOffsetMap(v)
	if err != nil {
		return "", err
	}
	return string(n.AppendKey(nil)), nil
}

// AppendOffsetKey appends the key under which a connector's offset in a partition is stored:
// ["<connector>",{partition}].
//
// Errors: those of CheckOffsetMap. Source: OffsetStorageWriter.doFlush.
func AppendOffsetKey(dst []byte, connector string, partition OffsetMap) ([]byte, error) {
	if err := CheckOffsetMap(partition); err != nil {
		return dst, err
	}
	dst = appendJSONText(append(dst, '['), connector)
	return append(appendOffsetMap(append(dst, ','), partition), ']'), nil
}

// ParseOffsetKey reads such a key. The partition may be null, or hold what CheckOffsetMap refuses.
//
// Errors: one that says in what way text is no key. Source: OffsetUtils.processPartitionKey.
func ParseOffsetKey(text []byte) (connector string, partition OffsetMap, err error) {
	v, err := parseJSON(text)
	if err != nil {
		return "", OffsetMap{}, err
	}
	list := v.Array()
	if len(list) != 2 || list[0].Tag() != batch.TagString || list[1].Map() == nil && !list[1].IsNull() {
		return "", OffsetMap{}, fmt.Errorf("offset key %.200q: want a list of a connector's name and a map", text)
	}
	return list[0].Str(), list[1], nil
}

// AppendOffsetMap appends v as JSON, as JsonConverter without schemas writes a java.util.HashMap.
//
// Errors: those of CheckOffsetMap.
func AppendOffsetMap(dst []byte, v OffsetMap) ([]byte, error) {
	if err := CheckOffsetMap(v); err != nil {
		return dst, err
	}
	return appendOffsetMap(dst, v), nil
}

// ParseOffsetMap reads JSON: integers become INT64, other numbers FLOAT64. Nested values and integers
// beyond INT64 (as decimals) are kept, so that CheckOffsetMap can refuse them by name. What follows the
// first value is ignored, as in JsonConverter.
func ParseOffsetMap(text []byte) (OffsetMap, error) {
	v, err := parseJSON(text)
	if err != nil {
		return OffsetMap{}, err
	}
	if v.Map() == nil && !v.IsNull() {
		return OffsetMap{}, &Error{Class: DataException, Text: "Offsets must be specified as a Map"}
	}
	return v, nil
}

// bigInteger is an integer that INT64 cannot hold.
func bigInteger(text string) (batch.Value, bool) {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return batch.Value{}, false
	}
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: n}), true
}
