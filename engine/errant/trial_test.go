package errant

import (
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
)

// TestTrial_NeverWaitsAndTells: what an operator would try again, its trial tries once, counts nowhere, and tells of.
func TestTrial_NeverWaitsAndTells(t *testing.T) {
	m := &counts{}
	o := NewOperator(Options{RetryTimeout: -1, RetryDelayMax: time.Hour, TolerateAll: true, Metrics: m}).Trial()
	tries := 0
	if err := o.Do(t.Context(), func() error { tries++; return connectors.Retriable(errOp) }); err == nil || tries != 1 {
		t.Errorf("%d tries: %v", tries, err)
	}
	if !o.GaveUp() || o.GaveUp() {
		t.Error("it is to be told of once")
	}
	if err := o.Do(t.Context(), func() error { return errOp }); err == nil || o.GaveUp() {
		t.Errorf("a failure for good: %v", err)
	}
	if !o.Retries() || !o.TolerateAll() {
		t.Error("the settings are not those of the operator")
	}
	if m.failures+m.retries > 0 {
		t.Errorf("counted: %+v", m)
	}
}
