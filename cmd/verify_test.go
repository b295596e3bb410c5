package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	const clean = `{"type":"emit","time":1,"process":"a","conn":"c","sp":"p","seq":0,"topic":"t","crc":"00"}
{"type":"read","time":2,"conn":"c","sp":"p","seq":0,"tp":"t-0","off":0,"crc":"00","isolation":"read_committed"}
`
	for _, c := range []struct {
		name, text string
		flags      []string
		code       int
		says       string
	}{
		{"clean", clean, []string{"--guarantee", "eos"}, 0, "| lost | 0 |"},
		{"says itself", `{"type":"guarantee","class":"alo"}` + "\n" + clean, nil, 0, "held to alo"},
		{"duplicate", clean + strings.ReplaceAll(strings.Split(clean, "\n")[1]+"\n", `"off":0`, `"off":1`), []string{"--guarantee", "eos"}, exitUsage, "duplicate: c p: 0 is there 2 times"},
		{"empty", "", []string{"--guarantee", "eos"}, exitUsage, "empty: no record"},
		{"held to nothing", clean, nil, exitUsage, "does not say what it is held to"},
		{"unknown guarantee", clean, []string{"--guarantee", "most"}, exitUsage, `"most"`},
		{"no event", clean + "hello\n", []string{"--guarantee", "eos"}, exitUsage, "line 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "history.jsonl")
			if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			out := &buffer{}
			if code := run(t.Context(), out, append([]string{"verify", file}, c.flags...)...); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, c.code, c.says, out)
			}
		})
	}
}
