package verifiable

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// timeField is the member with the time at which a line was written, in epoch milliseconds.
const timeField = "time_ms"

// line writes JSON objects of given members as Jackson writes a java.util.HashMap of them.
type line struct {
	names []string
	order []int32 // in which the map iterates
}

// newLine returns the line of a map that is filled with names in this order.
func newLine(names ...string) line {
	return line{names: names, order: java.HashMapOrder(names)}
}

// append appends the object and a newline; values are in the order of newLine. A value that Jackson has no
// text for makes a line that says so. Source: ObjectMapper.writeValueAsString in VerifiableSourceTask.
func (l line) append(dst []byte, values ...batch.Value) []byte {
	start := len(dst)
	var j jackson
	dst = append(dst, '{')
	for i, at := range l.order {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONText(dst, l.names[at]), ':')
		dst = j.append(dst, values[at], step{class: hashMap, name: l.names[at]})
		if j.bad != "" {
			return append(append(append(dst[:start], "Bad data can't be written as json: "...), j.bad...), '\n')
		}
	}
	return append(dst, "}\n"...)
}
