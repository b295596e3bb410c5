package protobuf

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestManyIDs: rows of many schemas in one batch are read as each is alone.
func TestManyIDs(t *testing.T) {
	texts := make([]string, 12)
	for i := range texts {
		texts[i] = nested + strings.Repeat("\n", i)
	}
	codectest.CheckManyIDs(t, newFakeRegistry(t, texts...).open(t, nil), nestedRows(1, 60), len(texts))
}
