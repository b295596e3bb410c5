package connectjson

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/judge"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// show is a difference with the item that it is about.
func show(t *trial.Trial, d judge.Difference) string {
	if d.Item < 0 {
		return d.String()
	}
	it := t.Items[d.Item]
	if t.Op == trial.ToConnect || t.Op == trial.ToConnectHeader {
		return fmt.Sprintf("%s\n  config %v\n  input %.600q", d, t.Plugins[0].Config, it.Bytes)
	}
	return fmt.Sprintf("%s\n  config %v\n  input {%s}", d, t.Plugins[0].Config, protocol.AppendTyped(nil, it.Data))
}

// kept reports whether a difference is kept on purpose.
//
//   - The named ones of judge.
//   - Values of logical types under a schema of that name and another type: no column can hold them.
//   - Two builds of a schema are never equal in Java where a default holds a struct, whose schema is then
//     a builder, or byte arrays inside a list or map: both equal themselves alone. Here they are.
//   - The oracle refuses requests whose struct schemas name a field twice; no schema here gets that far.
//   - Jackson takes a name with the byte FF in it for the name without it, if that one was read before:
//     its symbol table pads the end of short names with that byte.
func kept(t *trial.Trial, d judge.Difference) bool {
	if judge.NameOf(t, d) != "" {
		return true
	}
	switch {
	case strings.HasPrefix(d.Got, "DataException: schema ") && strings.HasSuffix(d.Got, "cannot be stored in it"):
		return true
	case d.Want == "DataException: Mismatching schema.":
		text := protocol.AppendTyped(nil, t.Items[d.Item].Data)
		for _, kind := range []string{"struct", "list", "map"} {
			if bytes.Contains(text, []byte(`"default":{"`+kind+`"`)) {
				return true
			}
		}
	case strings.HasPrefix(d.Want, "SchemaBuilderException: Cannot create field because"):
		return t.Op == trial.FromConnect || t.Op == trial.FromConnectHeader
	case d.Got == "DataException: Converting byte[] to Kafka Connect data failed due to serialization error: ":
		return bytes.Contains(t.Items[d.Item].Bytes, []byte{0xff})
	}
	return false
}
