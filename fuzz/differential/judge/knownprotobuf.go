package judge

import (
	"strings"

	"github.com/millrace/millrace/fuzz/differential/trial"
)

// protobufInvalidSchema: the original of the oracle names the failure of its builder where a Connect schema makes no valid file; newer
// ones, and this project, an argument that is wrong.
func protobufInvalidSchema(t *trial.Trial, d Difference) bool {
	return t.Kind == "protobuf" && d.Part == "error type" &&
		strings.HasPrefix(d.Want, "IllegalStateException: com.google.protobuf.Descriptors$DescriptorValidationException") &&
		strings.HasPrefix(d.Got, "IllegalArgumentException: Invalid protobuf schema definition")
}
