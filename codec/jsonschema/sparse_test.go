package jsonschema

import (
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestManyIDs: rows of many schemas in one batch are read as each is alone.
func TestManyIDs(t *testing.T) { codectest.CheckManyIDs(t, opened(t, nested, nil), nestedRows(60), 12) }
