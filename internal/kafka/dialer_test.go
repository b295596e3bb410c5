package kafka

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackoff_GrowsToItsMost(t *testing.T) {
	b := backoff{first: 50 * time.Millisecond, most: time.Second}
	for failures := 1; failures < 100; failures++ {
		whole := min(50*time.Millisecond<<min(failures-1, 10), time.Second)
		if w := b.after(failures); w < whole*8/10 || w > min(whole*12/10, time.Second) {
			t.Errorf("after %d failures: %v, want about %v", failures, w, whole)
		}
	}
	if w := (backoff{}).after(3); w != 0 {
		t.Errorf("without a first: %v", w)
	}
	if w := (backoff{first: time.Second, most: time.Millisecond}).after(9); w > time.Second {
		t.Errorf("most below first: %v", w)
	}
}

// A broker that failed is left alone for its backoff; others are not.
func TestDialer_LeavesBrokenBrokersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &dialer{reconnect: backoff{first: time.Second, most: 4 * time.Second}, setup: backoff{first: time.Minute}, keepBroken: map[string]*broken{}, sendBytes: -1, recvBytes: -1}
		fail := errors.New("no")
		d.note("a:1", fail)
		d.note("a:1", fail)
		if n, wait := d.state("a:1"); n != 2 || wait < 1600*time.Millisecond || wait > 2400*time.Millisecond {
			t.Errorf("after two failures: %d, %v", n, wait)
		}
		if n, wait := d.state("b:1"); n != 0 || wait > 0 {
			t.Errorf("another broker: %d, %v", n, wait)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := d.DialContext(ctx, "tcp", "a:1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dial in the wait: %v", err)
		}
		d.note("a:1", nil)
		if n, _ := d.state("a:1"); n != 0 {
			t.Errorf("after a success: %d", n)
		}
	})
}
