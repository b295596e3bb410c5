//go:build soak

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// registryCalls are requests that registries answer alike where both follow Confluent's reference. What follows the body
// are the members of the answer that are compared beside status and error_code.
var registryCalls = []struct{ method, path, body, members string }{
	{"PUT", "/config", `{"compatibility":"BACKWARD"}`, "compatibility"},
	{"GET", "/subjects", "", "*"},
	{"GET", "/subjects/a/versions", "", ""},
	{"GET", "/schemas/ids/4711", "", ""},
	{"POST", "/subjects/a", `{"schema":"\"int\""}`, ""},
	{"POST", "/subjects/a/versions", `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"}`, ""},
	{"POST", "/subjects/a/versions", `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"}`, ""},
	{"POST", "/subjects/b/versions", `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"}`, ""},
	{"GET", "/subjects", "", "*"},
	{"GET", "/subjects/a/versions", "", "*"},
	{"GET", "/subjects/a/versions/latest", "", "subject version schema"},
	{"GET", "/subjects/a/versions/1", "", "subject version schema"},
	{"GET", "/subjects/a/versions/2", "", ""},
	{"GET", "/subjects/a/versions/x", "", ""},
	{"GET", "/subjects/none/versions/latest", "", ""},
	{"POST", "/subjects/a", `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"}`, "subject version"},
	{"POST", "/subjects/a", `{"schema":"\"int\""}`, ""},
	{"POST", "/subjects/a/versions", `{"schema":"{"}`, ""},
	{"POST", "/subjects/c/versions", `{"schemaType":"JSON","schema":"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\"}"}`, ""},
	{"POST", "/subjects/d/versions", `{"schemaType":"JSON","schema":"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\",\"properties\":{\"c\":{\"$ref\":\"c.json\"}}}","references":[{"name":"c.json","subject":"c","version":1}]}`, ""},
	{"GET", "/subjects/d/versions/1", "", "references"},
	{"PUT", "/config/a", `{"compatibility":"NONE"}`, "compatibility"},
	{"GET", "/config/a", "", "compatibilityLevel"},
	{"PUT", "/config/a", `{"compatibility":"SOME"}`, ""},
	{"DELETE", "/subjects/a/versions/1", "", "*"},
	{"GET", "/subjects/a/versions/1", "", ""},
	{"GET", "/subjects?deleted=true", "", "*"},
	{"DELETE", "/subjects/b", "", "*"},
	{"DELETE", "/subjects/b?permanent=true", "", "*"},
	{"DELETE", "/subjects/none", "", ""},
	{"GET", "/schemas/types", "", ""},
}

// registryApart says what Confluent's reference has where Apicurio answers otherwise: we keep to the reference.
var registryApart = map[string]string{
	"GET /subjects/a/versions/x": "422 with code 42202: a version is a number or latest",
	"PUT /config/a SOME":         "422 with code 42203: the level is not known",
}

// TestRegistry_AnswersAsApicurio sends the same calls to the registry of millrace dev and to a published one.
func TestRegistry_AnswersAsApicurio(t *testing.T) {
	theirs := suite.StartApicurio(t, "the registry of dev beside another one")
	ours := devRegistry(t)
	for _, c := range registryCalls {
		name := c.method + " " + c.path
		if strings.Contains(c.body, "SOME") {
			name += " SOME"
		}
		have, want := registryAnswer(t, ours, c.method, c.path, c.body, c.members), registryAnswer(t, theirs, c.method, c.path, c.body, c.members)
		why, apart := registryApart[name]
		if (have == want) == apart {
			t.Errorf("%s %s: ours %s, theirs %s (%s)", name, c.body, have, want, why)
		}
	}
}

// devRegistry starts millrace dev and returns the URL of its registry.
func devRegistry(t *testing.T) string {
	t.Helper()
	p, url := startDev(t, suite.Program(t), nil)
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return url
}

// registryAnswer is status, error_code and the named members of an answer; * is all of it.
func registryAnswer(t *testing.T, base, method, path, body, members string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	out := fmt.Sprint(res.StatusCode)
	if err := json.Unmarshal(text, &all); err == nil && all["error_code"] != nil {
		out += fmt.Sprint(" code ", all["error_code"])
	}
	if members == "*" {
		return out + " " + strings.Join(strings.Fields(string(text)), "")
	}
	for m := range strings.FieldsSeq(members) {
		out += fmt.Sprintf(" %s=%v", m, all[m])
	}
	return out
}
