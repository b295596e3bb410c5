package file_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors/connectortest"
	"github.com/millrace/millrace/connectors/file"
)

// writeTo writes the text to the file of that name, anew.
func writeTo(t testing.TB, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestSource_KeepsTheContract(t *testing.T) {
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "line %d%s", i, []string{"\n", "\r\n", "\r", "\n"}[i%4])
	}
	text.WriteString("no line yet")
	name := filepath.Join(t.TempDir(), "in.txt")
	connectortest.Run(t, connectortest.Source{
		Class: file.Classes()[0],
		Config: func(t testing.TB) map[string]string {
			return map[string]string{"file": writeTo(t, name, text.String()), "topic": "lines", "batch.size": "7"}
		},
		Rows:    40,
		Refused: []connectortest.Refusal{{Key: "topic", Value: "", Text: "String must be non-empty"}},
		Break: func(t testing.TB, config map[string]string) func() {
			aside := config["file"] + ".aside"
			if err := os.Rename(config["file"], aside); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := os.Rename(aside, config["file"]); err != nil {
					t.Fatal(err)
				}
			}
		},
	})
}

// A restart skips bytes where the offset counts UTF-16 units, as in Java: rows are repeated, none lost.
func TestSource_KeepsTheContractBeyondASCII(t *testing.T) {
	var text strings.Builder
	for i := range 20 {
		fmt.Fprintf(&text, "Grüße %d\n", i)
	}
	name := filepath.Join(t.TempDir(), "in.txt")
	connectortest.Run(t, connectortest.Source{
		Class: file.Classes()[0],
		Config: func(t testing.TB) map[string]string {
			return map[string]string{"file": writeTo(t, name, text.String()), "topic": "lines", "batch.size": "3"}
		},
		Rows:    20,
		Repeats: true,
	})
}

func TestSink_KeepsTheContract(t *testing.T) {
	connectortest.Run(t, connectortest.Sink{
		Class: file.Classes()[1],
		Config: func(t testing.TB) map[string]string {
			return map[string]string{"file": filepath.Join(t.TempDir(), "out.txt")}
		},
		Read: func(t testing.TB, config map[string]string) []string {
			text, err := os.ReadFile(config["file"])
			if err != nil {
				t.Fatal(err)
			}
			if len(text) == 0 {
				return nil
			}
			return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		},
		Tasks: 3,
	})
}
