package verifiable

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java"
)

// Java classes that a reference chain names.
const (
	hashMap   = "java.util.HashMap"
	arrayList = "java.util.ArrayList"
)

// step is one link of the way to a value: a member of a map, or an element of a list where name is "".
type step struct {
	class string
	name  string
	index int
}

// jackson writes values as an ObjectMapper with its default settings does. The zero value is usable.
type jackson struct {
	bad string // why a value has no text: the exception's message
}

// append appends v. Where it has no text, it sets bad. Source: ObjectMapper, its serializers of the JDK's
// classes; Connect's Struct has none.
func (j *jackson) append(dst []byte, v batch.Value, path ...step) []byte {
	switch v.Tag() {
	case batch.TagNull:
		return append(dst, "null"...)
	case batch.TagBoolean:
		return strconv.AppendBool(dst, v.Bool())
	case batch.TagString:
		return appendJSONText(dst, v.Str())
	case batch.TagBytes:
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes())
		return append(dst, '"')
	case batch.TagFloat32, batch.TagFloat64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return append(literal.JavaText{}.Append(append(dst, '"'), v), '"')
		}
		return literal.JavaText{}.Append(dst, v)
	case batch.TagDecimal:
		return literal.JavaText{}.Append(dst, v)
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = j.append(dst, e, append(path, step{class: arrayList, index: i})...)
		}
		return append(dst, ']')
	case batch.TagMap:
		return j.object(dst, v.Map(), path)
	case batch.TagStruct:
		j.fail("No serializer found for class org.apache.kafka.connect.data.Struct and no properties discovered to create "+
			"BeanSerializer (to avoid exception, disable SerializationFeature.FAIL_ON_EMPTY_BEANS)", path)
		return dst
	}
	return java.AppendInt(dst, v.Int()) // whole numbers; dates as their milliseconds
}

func (j *jackson) object(dst []byte, m *batch.MapValue, path []step) []byte {
	dst = append(dst, '{')
	for n, i := range literal.HashMapOrder(m.Keys) {
		if n > 0 {
			dst = append(dst, ',')
		}
		if m.Keys[i].IsNull() {
			j.fail("Null key for a Map not allowed in JSON (use a converting NullKeySerializer?)", append(path, step{class: hashMap, name: "null"}))
			return dst
		}
		name := keyText(m.Keys[i])
		dst = append(appendJSONText(dst, name), ':')
		dst = j.append(dst, m.Values[i], append(path, step{class: hashMap, name: name})...)
	}
	return append(dst, '}')
}

// keyText is the name of the member under key k. Source: StdKeySerializers.
func keyText(k batch.Value) string {
	switch k.Tag() {
	case batch.TagBytes:
		return base64.StdEncoding.EncodeToString(k.Bytes())
	case batch.TagDate:
		return time.UnixMilli(k.Int()).UTC().Format("2006-01-02T15:04:05.000+00:00")
	}
	return string(literal.JavaText{}.Append(nil, k))
}

// fail keeps the first reason. Source: JsonMappingException.getMessage.
func (j *jackson) fail(text string, path []step) {
	if j.bad != "" {
		return
	}
	links := make([]string, len(path))
	for i, s := range path {
		links[i] = fmt.Sprintf("%s[%q]", s.class, s.name)
		if s.class == arrayList {
			links[i] = fmt.Sprintf("%s[%d]", s.class, s.index)
		}
	}
	j.bad = text + " (through reference chain: " + strings.Join(links, "->") + ")"
}

// appendJSONText appends s quoted, and escaped where it must be. Source: WriterBasedJsonGenerator.
func appendJSONText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		c := s[i]
		switch at := strings.IndexByte("\"\\\b\t\n\f\r", c); {
		case at >= 0:
			dst = append(dst, '\\', `"\btnfr`[at])
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04X`, c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
