package steady

import (
	"testing"
	"testing/synctest"
	"time"
)

// What passes by the monotonic clock passes in numbers too.
func TestNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := Now()
		time.Sleep(time.Hour)
		after := Now()
		if d := after.Sub(before); d != time.Hour || after.UnixNano()-before.UnixNano() != int64(time.Hour) {
			t.Errorf("an hour is %v, and %d in numbers", d, after.UnixNano()-before.UnixNano())
		}
	})
}
