package registry

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the answers into testdata")

// letters is a format simple enough for levels.txt.
var letters = Kind{
	Name: "AVRO",
	Canonical: func(s Parsed, normalize bool) (string, error) {
		if strings.ContainsFunc(s.Text, func(r rune) bool { return r < 'a' || r > 'z' }) {
			return "", errors.New("no letters")
		}
		if normalize {
			return sorted(s.Text), nil
		}
		return s.Text, nil
	},
	Same: func(a, b Parsed) bool { return sorted(a.Text) == sorted(b.Text) },
	Compatible: func(reader, writer Parsed) (why []string) {
		for _, r := range writer.Text {
			if !strings.ContainsRune(reader.Text, r) {
				why = append(why, string(r)+" is missing")
			}
		}
		return why
	},
}

func sorted(s string) string {
	b := []byte(s)
	slices.Sort(b)
	return string(b)
}

// TestAnswers replays the files of testdata, in memory and with a journal that is opened anew before every request.
func TestAnswers(t *testing.T) {
	for file, formats := range map[string][]Kind{"subjects.txt": nil, "levels.txt": {letters}} {
		path := filepath.Join("testdata", file)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		memory := New(formats...)
		journal := filepath.Join(t.TempDir(), "schemas.jsonl")
		var out strings.Builder
		for block := range strings.SplitSeq(string(text), "\n\n") {
			got, isRequest := answer(t, memory, block)
			if !isRequest {
				out.WriteString(block + "\n\n")
				continue
			}
			kept, err := Open(journal, formats...)
			if err != nil {
				t.Fatal(err)
			}
			again, _ := answer(t, kept, block)
			if err := kept.Close(); err != nil {
				t.Fatal(err)
			}
			if again != got {
				t.Errorf("%s\nin memory %s\nkept      %s", block, got, again)
			}
			if strings.TrimRight(block, "\n") != strings.TrimRight(got, "\n") && !*rewrite {
				t.Errorf("%s: want\n%s\ngot\n%s", file, block, got)
			}
			out.WriteString(got + "\n\n")
		}
		if *rewrite {
			if err := os.WriteFile(path, []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// answer sends the request of a block and returns the block with the answer to it.
func answer(t *testing.T, s *Store, block string) (string, bool) {
	lines := strings.Split(strings.TrimRight(block, "\n"), "\n")
	var head []string
	for len(lines) > 0 && strings.HasPrefix(lines[0], "#") {
		head, lines = append(head, lines[0]), lines[1:]
	}
	if len(lines) == 0 {
		return "", false
	}
	method, target, _ := strings.Cut(lines[0], " ")
	head, lines = append(head, lines[0]), lines[1:]
	body := ""
	if len(lines) > 1 {
		body = lines[0]
		head = append(head, body)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body)))
	return strings.Join(append(head, fmt.Sprintf("%d %s", w.Code, w.Body)), "\n"), true
}

// TestOpen_TornLine: what a crash left of the last line is dropped, damage elsewhere is named.
func TestOpen_TornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "schemas.jsonl")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`"int"`, `"long"`} {
		if _, err := s.register("a", &request{Schema: Schema{Text: text}}, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole[:len(whole)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(path); err != nil {
		t.Fatal(err)
	}
	if got, err := s.versions("a", true, false); err != nil || !slices.Equal(got, []int{1}) {
		t.Errorf("%v, %v", got, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append([]byte("{]\n"), whole...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "line 1 is damaged") {
		t.Errorf("%v", err)
	}
}

func TestBody_Bounded(t *testing.T) {
	w := httptest.NewRecorder()
	body := `{"schema":"` + strings.Repeat("x", bodyBytesMax) + `"}`
	New().Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/subjects/a/versions", strings.NewReader(body)))
	if w.Code != 422 || !strings.Contains(w.Body.String(), `"error_code":42209`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
