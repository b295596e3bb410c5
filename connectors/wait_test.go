package connectors_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
)

func TestWait_EndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if !connectors.Wait(t.Context(), time.Minute) || time.Since(began) != time.Minute {
			t.Error("the wait was cut short")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if connectors.Wait(ctx, time.Minute) || time.Since(began) != time.Minute+time.Second {
			t.Error("the wait went on after its context")
		}
	})
}
