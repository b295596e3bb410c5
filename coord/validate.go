package coord

import (
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connectors"
)

// InvalidConfig returns the error for a config that was found invalid, with all its faults; nil when
// there are none. Source: AbstractHerder.maybeAddConfigErrors.
func InvalidConfig(v *connectors.Validation) error {
	if v.ErrorCount == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString("Connector configuration is invalid and contains the following " + strconv.Itoa(v.ErrorCount) + " error(s):")
	for _, k := range v.Configs {
		if k.Value == nil {
			continue
		}
		for _, e := range k.Value.Errors {
			text.WriteString("\n" + e)
		}
	}
	text.WriteString("\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`")
	return &RequestError{Status: http.StatusBadRequest, Text: text.String()}
}

// PatchConfig returns config with changes merged in; nil removes a key.
// Source: ConnectUtils.patchConfig.
func PatchConfig(config map[string]string, changes map[string]*string) map[string]string {
	out := make(map[string]string, len(config)+len(changes))
	for k, v := range config {
		if _, changed := changes[k]; !changed {
			out[k] = v
		}
	}
	for k, v := range changes {
		if v != nil {
			out[k] = *v
		}
	}
	return out
}

// TaskConfigsChanged says whether tasks have to be replaced: their configs differ, or the connector's
// resolved config is another than the one that they were made of (nil: none).
// Source: AbstractHerder.taskConfigsChanged.
func TaskConfigsChanged(old, tasks []map[string]string, applied, resolved map[string]string) bool {
	if len(old) != len(tasks) || applied == nil || !maps.Equal(applied, resolved) {
		return true
	}
	for i := range old {
		if !maps.Equal(old[i], tasks[i]) {
			return true
		}
	}
	return false
}
