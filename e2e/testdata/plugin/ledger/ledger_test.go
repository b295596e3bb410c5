package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/acme/ledger"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/connectortest"
)

func TestLedger_KeepsTheContract(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ledger.txt")
	connectortest.Run(t, connectortest.Sink{
		Class: ledger.Class(),
		Config: func(t testing.TB) map[string]string {
			if err := os.WriteFile(name, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			return map[string]string{"file": name}
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
		Line: func(r batch.Row) string {
			offset, _ := r.Offset()
			return fmt.Sprintf("%s-%d@%d %s", r.Origin().Topic, r.Origin().Partition, offset, batch.AppendLiteral(nil, r.ValueSchema(), r.Value()))
		},
	})
}
