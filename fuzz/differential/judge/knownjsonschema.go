package judge

import (
	"regexp"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// refusedAsJSON begins the error of a record that its schema's validation refuses.
var refusedAsJSON = regexp.MustCompile(`^DataException: Converting .* failed due to serialization error of topic `)

var wholeNumber = regexp.MustCompile(`[0-9](\.0+([^0-9]|$)|[.0-9]*[eE])`)

// jsonSchemaWholeNumber: 1.0 is an integer from draft 6 on, as the standard says; the original's library for drafts up to 7 says no. Where it is a number
// as well, one of the two is valid.
func jsonSchemaWholeNumber(t *trial.Trial, d Difference) bool {
	return validated(t, d) && refusedAsJSON.MatchString(d.Want) != refusedAsJSON.MatchString(d.Got) && wholeNumber.Match(t.Items[d.Item].Bytes)
}

var notFinite = regexp.MustCompile(`(^|[\[:,\x00-\x20])[-+]?(NaN|INF|Infinity)`)

// jsonSchemaNotFinite: NaN and infinities without quotes, which the original's reader takes for numbers, are no JSON.
func jsonSchemaNotFinite(t *trial.Trial, d Difference) bool {
	return t.Kind == generate.JSONSchema && d.Part == "error type" && d.Item >= 0 && d.Item < len(t.Items) && len(t.Items[d.Item].Bytes) > frame &&
		!refusedAsJSON.MatchString(d.Want) && refusedAsJSON.MatchString(d.Got) && notFinite.Match(t.Items[d.Item].Bytes[frame:])
}

// jsonSchemaShortAlone: the original's library does not know the class in which an INT8 or INT16 that is a whole record reaches it, and refuses it.
func jsonSchemaShortAlone(t *trial.Trial, d Difference) bool {
	if !validated(t, d) {
		return false
	}
	s := t.Items[d.Item].Data.Schema
	return t.Op == trial.FromConnect && s != nil && (s.Type == protocol.Int8 || s.Type == protocol.Int16) && refusedAsJSON.MatchString(d.Want) && !strings.Contains(d.Got, "Exception")
}

func validated(t *trial.Trial, d Difference) bool {
	return t.Kind == generate.JSONSchema && d.Part == "error type" && d.Item >= 0 && d.Item < len(t.Items) && hasKey(t.Plugins[0].Config, "json.fail.invalid.schema")
}

// jsonSchemaNumberAsBytes: a number where the schema says bytes, but not that they are a decimal, is a BigDecimal under a BYTES schema in Java, and
// where it says a decimal, but not that it is bytes, a BigDecimal under a FLOAT64.
func jsonSchemaNumberAsBytes(t *trial.Trial, d Difference) bool {
	return t.Kind == generate.JSONSchema && strings.Contains(d.Want, `{"decimal":`) &&
		(d.Part == "error type" && strings.HasPrefix(d.Got, "DataException: Invalid Java object for schema") && strings.Contains(d.Got, " with type BYTES: class java.math.BigDecimal") || d.Part == "value" && strings.Contains(d.Got, `{"f64":`))
}
