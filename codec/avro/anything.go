package avro

// Members of Anything, in its order.
const (
	anyBoolean = iota
	anyBytes
	anyDouble
	anyFloat
	anyInt
	anyLong
	anyString
	anyArray
	anyMap
	anyMembers
)

// anything is the record in which schemaless values travel: the member that is not null holds the value.
// Source: AvroData.ANYTHING_SCHEMA.
var anything = newAnything()

func newAnything() *Schema {
	s := &Schema{Type: Record, Name: Name{"Anything", namespace}}
	entry := &Schema{Type: Record, Name: Name{mapEntryName, namespace}}
	entry.Fields = []Field{{Name: keyField, Schema: s}, {Name: valueField, Schema: s}}
	for _, m := range [anyMembers]struct {
		name string
		of   *Schema
	}{
		{"boolean", &Schema{Type: Boolean}}, {"bytes", &Schema{Type: Bytes}}, {"double", &Schema{Type: Double}},
		{"float", &Schema{Type: Float}}, {"int", &Schema{Type: Int}}, {"long", &Schema{Type: Long}}, {"string", &Schema{Type: String}},
		{"array", &Schema{Type: Array, Elem: s}}, {"map", &Schema{Type: Array, Elem: entry}},
	} {
		s.Fields = append(s.Fields, Field{Name: m.name, Default: &Node{}, Schema: &Schema{Type: Union, Types: []*Schema{{Type: Null}, m.of}}})
	}
	return s
}
