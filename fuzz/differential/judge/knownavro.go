package judge

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// avroShortFrame: the original of the oracle lets a buffer's own exception out where a record ends within its schema id; newer ones
// wrap it, as this project does.
func avroShortFrame(t *trial.Trial, d Difference) bool {
	return strings.HasSuffix(t.Kind, "avro") && d.Part == "error type" && strings.HasPrefix(d.Want, "BufferUnderflowException") && strings.HasPrefix(d.Got, "DataException")
}

// avroRedefinedName: a Connect schema that gives two Avro records one name makes no schema; where the record is refused as well, the error is either.
func avroRedefinedName(t *trial.Trial, d Difference) bool {
	return strings.HasSuffix(t.Kind, "avro") && d.Part == "error type" && strings.HasPrefix(d.Want, "SchemaParseException: Can't redefine") && strings.HasPrefix(d.Got, "DataException")
}

// frame is how many bytes stand before a record: a zero and the number of its schema.
const frame = 5

// avroFieldParameters: newer originals, and this project, write the parameters of a type beside a field whose name of a type came before, as the type itself may
// not be written again. The original of the oracle does not, so that the text has another number; the record after it is the same.
func avroFieldParameters(t *trial.Trial, d Difference) bool {
	return avroOtherText(t, d) && namedAgain(t.Items[d.Item].Data.Schema, map[string]bool{})
}

// avroOtherText reports whether the same record was written under the number of another schema.
func avroOtherText(t *trial.Trial, d Difference) bool {
	if !strings.HasSuffix(t.Kind, "avro") || t.Op != trial.FromConnect || d.Part != "bytes" || d.Item < 0 || d.Item >= len(t.Items) {
		return false
	}
	want, errWant := strconv.Unquote(d.Want)
	got, errGot := strconv.Unquote(d.Got)
	return errWant == nil && errGot == nil && len(want) >= frame && len(got) >= frame && want[frame:] == got[frame:]
}

// namedAgain reports whether a field below s has parameters and a name that another field's schema had before it, or has.
func namedAgain(s *protocol.Schema, seen map[string]bool) bool {
	if s == nil {
		return false
	}
	members := []*protocol.Schema{s.Keys, s.Values}
	for _, f := range s.Fields {
		members = append(members, f.Schema)
	}
	for _, m := range members {
		if m == nil || m.Name == nil {
			continue
		}
		if seen[*m.Name] && len(m.Parameters) > 0 {
			return true
		}
		seen[*m.Name] = true
	}
	for _, m := range append(members, s.Items) {
		if namedAgain(m, seen) {
			return true
		}
	}
	return false
}
