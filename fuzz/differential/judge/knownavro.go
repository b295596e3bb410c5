package judge

import (
	"strings"

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
