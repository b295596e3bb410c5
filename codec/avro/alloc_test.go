package avro

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

func TestBatch_AllocatesNothingWhenWarm(t *testing.T) {
	r := newFakeRegistry(t, order, nested)
	for name, rows := range map[string][][]byte{"order": orderRows(1, 256), "nested": nestedRows(2, 256)} {
		t.Run(name, func(t *testing.T) {
			c := r.open(t, map[string]string{"enhanced.avro.schema.support": "true"})
			codectest.CheckSteady(t, c, rows)
		})
	}
}

// TestForms: what was read in any form of input is written again as the same bytes.
func TestForms(t *testing.T) {
	r := newFakeRegistry(t, order, nested)
	c := r.open(t, map[string]string{"enhanced.avro.schema.support": "true"})
	for id, rows := range map[uint32][][]byte{1: orderRows(1, 40), 2: nestedRows(2, 40)} {
		for i, d := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: rows}) {
			checkPlainRead(t, c, rows[i], d)
			if d.Err != nil {
				t.Errorf("schema %d row %d: %v", id, i, d.Err)
			}
		}
		codectest.CheckStable(t, c, codectest.Rows{Raw: rows})
	}
}

// TestPlans_Exist: the schemas of the budgets are read and written by plan.
func TestPlans_Exist(t *testing.T) {
	var d data
	d.metaData, d.flattenSingletons, d.enhanced = true, true, true
	for _, text := range []string{order, nested} {
		a, err := ParseSchema(text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := d.toConnect(a, nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := d.fromConnect(s)
		if err != nil {
			t.Fatal(err)
		}
		_, reads := d.readPlan(s, a)
		_, writes := d.writePlan(s, back)
		if !reads || !writes || !bytes.Contains([]byte(back.String()), []byte(`"record"`)) {
			t.Errorf("read by plan: %t, written by plan: %t", reads, writes)
		}
	}
}
