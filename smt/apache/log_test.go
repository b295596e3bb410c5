package apache

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/millrace/millrace/smt"
)

func TestReplaceField_TellsOfOldNames(t *testing.T) {
	c, err := smt.NewSet(Classes()...).Find(classPrefix + "ReplaceField$Value")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	if _, err := c.New(map[string]string{"blacklist": "a", "whitelist": "b", "include": "c"}, smt.Context{Logger: log}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"key=blacklist instead=exclude obeyed=true", "key=whitelist instead=include obeyed=false"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("want %s in\n%s", want, &out)
		}
	}
}
