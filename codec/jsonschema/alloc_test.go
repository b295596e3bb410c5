package jsonschema

import (
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

func TestBatch_AllocatesNothingWhenWarm(t *testing.T) {
	for name, of := range map[string]struct {
		text string
		rows [][]byte
	}{"order": {order, orderRows(256)}, "nested": {nested, nestedRows(256)}} {
		t.Run(name, func(t *testing.T) {
			c := opened(t, of.text, nil)
			codectest.CheckSteady(t, c, of.rows)
		})
	}
}
