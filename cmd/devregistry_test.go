package cmd

import (
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var schemasURL = regexp.MustCompile(`schemas (http://\S+)`)

// TestDev_SchemasStayWithData: the registry whose address dev prints keeps what it was told.
func TestDev_SchemasStayWithData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for i := range 2 {
		r := start(t, "dev", "--data", dir, "--registry-port", "0")
		r.eventually(t, "the registry's address", func() bool { return schemasURL.FindString(r.out.String()) != "" })
		url := schemasURL.FindStringSubmatch(r.out.String())[1]
		if i == 0 {
			ask(t, http.MethodPost, url+"/subjects/a-value/versions", `{"schema":"\"int\""}`)
		}
		if got := ask(t, http.MethodGet, url+"/subjects/a-value/versions/latest/schema", ""); got != `"int"` {
			t.Errorf("start %d: %s", i, got)
		}
		if code := r.end(t); code != 0 {
			t.Fatalf("exit code %d\n%s", code, r.out)
		}
	}
}

// ask sends a request and returns the body of its answer.
func ask(t *testing.T, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
