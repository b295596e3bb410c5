package debezium

import (
	"strings"

	"github.com/millrace/millrace/batch"
)

// Fields of an envelope.
const (
	fieldBefore = "before"
	fieldAfter  = "after"
	fieldSource = "source"
	fieldOp     = "op"
	fieldTsMs   = "ts_ms"
)

// isEnvelope reports whether values under s are change events: everything else (heartbeats, schema
// changes, records of other connectors) passes. Source: SmtManager.isValidEnvelope.
func isEnvelope(s *batch.Schema) bool {
	return s != nil && s.HasName() && strings.HasSuffix(s.Name(), ".Envelope")
}

// extracted returns a field of an envelope, with its default, and its schema. Source: ExtractField.
func extracted(v batch.Value, s *batch.Schema, name string) (batch.Value, *batch.Schema, error) {
	st, err := requireStruct(v, "field extraction")
	if err != nil {
		return batch.Value{}, nil, err
	}
	f := s.Field(name)
	if f == nil {
		return batch.Value{}, nil, exception(illegalArgumentException, "Unknown field: "+name)
	}
	out, _ := st.Field(name)
	if out.IsNull() {
		out = f.Schema.Default()
	}
	return out, f.Schema, nil
}
