package judge

import (
	"regexp"
	"strconv"
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

// protobufNamesake: a struct inside one of the same name has the fields of the outer one in Java, so that its values are refused, with whichever
// error comes first.
func protobufNamesake(t *trial.Trial, d Difference) bool {
	return t.Kind == "protobuf" && d.Part == "error type" && strings.HasPrefix(d.Got, "IllegalArgumentException: Wrong object type used with protocol message reflection.") &&
		strings.HasPrefix(d.Want, `NullPointerException: Cannot invoke "com.google.protobuf.Descriptors$FieldDescriptor.`)
}

var millisText = regexp.MustCompile(`"millis":"(-?[0-9]+)"`)

// farProtobufDate: a google.type.Date that does not fit the days of an INT32, all else the same.
func farProtobufDate(t *trial.Trial, d Difference) bool {
	if t.Kind != "protobuf" || d.Part != "value" {
		return false
	}
	far := false
	for _, m := range millisText.FindAllStringSubmatch(d.Want, -1) {
		ms, err := strconv.ParseInt(m[1], 10, 64)
		far = far || err == nil && (ms >= farMillis || ms < -farMillis)
	}
	return far && millisText.ReplaceAllString(d.Want, "") == millisText.ReplaceAllString(d.Got, "")
}
