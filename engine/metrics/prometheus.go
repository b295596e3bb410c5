package metrics

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"strings"
)

// ContentType is that of what WritePrometheus writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// ExportName returns the name under which a metric is exported: Java's group without "-metrics" and
// Java's attribute behind "kafka_connect_".
func ExportName(group, attribute string) string {
	n := "kafka_connect_" + strings.TrimSuffix(group, "-metrics") + "_" + attribute
	return strings.ReplaceAll(n, "-", "_")
}

// series is one value of a metric with its tags.
type series struct {
	tags []string
	v    Value
}

// WritePrometheus writes all metrics in the text format of Prometheus: a metric's series stand
// together, in the order of Reference, then those of plugins. A string is the value 1 with the text as a label named
// as the attribute.
func (r *Registry) WritePrometheus(w io.Writer) error {
	type key struct {
		group string
		tags  int // a group may come in two forms, with and without tags
		name  string
	}
	all := map[key][]series{}
	r.read(func(group string, tags []string, name string, v Value) {
		k := key{group, len(tags), name}
		all[k] = append(all[k], series{tags, v})
	})
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for _, d := range Reference() {
		list := all[key{d.Group, len(d.Tags), d.Name}]
		if len(list) == 0 {
			continue
		}
		line = appendHead(line[:0], ExportName(d.Group, d.Name), d.Doc, d.Kind == Counter)
		for _, s := range list {
			line = appendSeries(line, &d, s)
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	if _, err := out.Write(r.appendPlugins(line[:0])); err != nil {
		return err
	}
	return out.Flush()
}

func appendHead(b []byte, name, doc string, counter bool) []byte {
	b = append(b, "# HELP "...)
	b = append(b, name...)
	b = append(b, ' ')
	b = append(b, helpEscaper.Replace(doc)...)
	b = append(b, "\n# TYPE "...)
	b = append(b, name...)
	if counter {
		return append(b, " counter\n"...)
	}
	return append(b, " gauge\n"...)
}

func appendSeries(b []byte, d *Definition, s series) []byte {
	b = append(b, ExportName(d.Group, d.Name)...)
	open := byte('{')
	label := func(name, value string) {
		b = appendLabel(b, open, name, value)
		open = ','
	}
	for i, t := range d.Tags {
		label(t, s.tags[i])
	}
	if d.Kind == Text {
		label(d.Name, s.v.Text)
	}
	if open == ',' {
		b = append(b, '}')
	}
	b = append(b, ' ')
	if d.Kind == Text {
		b = append(b, '1')
	} else {
		b = appendNumber(b, s.v.Num)
	}
	return append(b, '\n')
}

func appendLabel(b []byte, open byte, name, value string) []byte {
	b = append(b, open)
	b = append(b, strings.ReplaceAll(name, "-", "_")...)
	b = append(b, `="`...)
	b = append(b, labelEscaper.Replace(strings.ToValidUTF8(value, "\uFFFD"))...)
	return append(b, '"')
}

// appendNumber writes whole numbers without an exponent, as people read them.
func appendNumber(b []byte, v float64) []byte {
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// Escapes of the text format.
var (
	helpEscaper  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)
