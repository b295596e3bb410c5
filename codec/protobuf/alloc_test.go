package protobuf

import (
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

func TestBatch_AllocatesNothingWhenWarm(t *testing.T) {
	r := newFakeRegistry(t, order, nested)
	for name, rows := range map[string][][]byte{"order": orderRows(1, 256), "nested": nestedRows(2, 256)} {
		t.Run(name, func(t *testing.T) {
			c := r.open(t, nil)
			codectest.CheckSteady(t, c, rows)
		})
	}
}

// TestForms: what was read in any form of input is written again so that it reads as the same.
func TestForms(t *testing.T) {
	r := newFakeRegistry(t, order, nested)
	c := r.open(t, map[string]string{"optional.for.nullables": "true"}) // without it, null is written as nothing is
	for id, rows := range map[int][][]byte{1: orderRows(1, 40), 2: nestedRows(2, 40)} {
		for i, d := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: rows}) {
			checkPlainRead(t, c, rows[i], d)
			if d.Err != nil {
				t.Errorf("schema %d row %d: %v", id, i, d.Err)
			}
		}
		codectest.CheckStable(t, c, codectest.Rows{Raw: rows})
	}
	for _, p := range c.readings.All() {
		if p.steps == nil {
			t.Errorf("%s is read a value at a time", p.message.FullName)
		}
	}
	for s, w := range c.writings.All() {
		if s != nil && w.steps == nil {
			t.Errorf("%s is written a value at a time", s.Name())
		}
	}
}
