package cdc

import "strings"

// Naming is how topics and schemas are named.
type Naming struct {
	Prefix    string // topic.prefix
	Delimiter string // topic.delimiter
	Adjust    Adjustment
}

// topicNameMax is the longest topic name that Kafka takes.
const topicNameMax = 249

// Topic returns the topic of a table, from its parts (schema and table, or database and table).
// Source: SchemaTopicNamingStrategy.dataChangeTopic, AbstractTopicNamingStrategy.sanitizedTopicName.
func (n *Naming) Topic(parts ...string) string {
	return sanitizeTopic(n.Prefix + n.Delimiter + strings.Join(parts, n.Delimiter))
}

// Schema returns a schema name, adjusted.
func (n *Naming) Schema(name string) string { return n.Adjust.Apply(name) }

func sanitizeTopic(name string) string {
	ok := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
	}
	clean := true
	for i := range len(name) {
		clean = clean && ok(name[i])
	}
	if !clean {
		var b strings.Builder
		for _, r := range name {
			switch {
			case r < 0x80 && ok(byte(r)):
				b.WriteByte(byte(r))
			case r > 0xffff:
				b.WriteString("__") // two UTF-16 units
			default:
				b.WriteByte('_')
			}
		}
		name = b.String()
	}
	return name[:min(len(name), topicNameMax)]
}

// Adjustment is schema.name.adjustment.mode or field.name.adjustment.mode.
type Adjustment string

// The adjustments.
const (
	AdjustNone        Adjustment = "none"
	AdjustAvro        Adjustment = "avro"
	AdjustAvroUnicode Adjustment = "avro_unicode"
)

// Apply makes every part of a full name, separated by dots, valid in Avro: other characters become an underscore,
// or with avro_unicode _uXXXX, by UTF-16 unit. Source: SchemaNameAdjuster.validFullname.
func (a Adjustment) Apply(name string) string {
	if a != AdjustAvro && a != AdjustAvroUnicode {
		return name
	}
	var b strings.Builder
	first := true
	for _, r := range name {
		if r == '.' {
			b.WriteByte('.')
			first = true
			continue
		}
		a.appendRune(&b, r, first)
		first = false
	}
	return b.String()
}

// ApplyField is Apply for a field's name, in which a dot is no separator.
func (a Adjustment) ApplyField(name string) string {
	if a != AdjustAvro && a != AdjustAvroUnicode {
		return name
	}
	var b strings.Builder
	for i, r := range name {
		a.appendRune(&b, r, i == 0)
	}
	return b.String()
}

func (a Adjustment) appendRune(b *strings.Builder, r rune, first bool) {
	valid := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || !first && r >= '0' && r <= '9'
	if a == AdjustAvro {
		valid = valid || r == '_'
	}
	if valid {
		b.WriteRune(r)
		return
	}
	units := []uint16{uint16(r)}
	if r > 0xffff {
		units = []uint16{uint16((r-0x10000)>>10 + 0xd800), uint16((r-0x10000)&0x3ff + 0xdc00)}
	}
	for _, u := range units {
		if a == AdjustAvro {
			b.WriteByte('_')
			continue
		}
		const hex = "0123456789abcdef"
		b.WriteString("_u")
		for shift := 12; shift >= 0; shift -= 4 {
			b.WriteByte(hex[u>>shift&15])
		}
	}
}
