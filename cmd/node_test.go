package cmd

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestInTurn_RequestsFirstButNotForLong(t *testing.T) {
	const grace = 5 * time.Second
	for name, c := range map[string]struct{ request, herder time.Duration }{
		"quick":             {time.Second, time.Second},
		"waits for brokers": {time.Hour, grace},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				over := make(chan struct{})
				rest := func() error {
					select {
					case <-time.After(c.request):
					case <-over: // the herder answered
					}
					return errors.New("rest")
				}
				var stopped time.Duration
				err := inTurn(rest, func() error {
					stopped = time.Since(began)
					close(over)
					return errors.New("herder")
				}, grace)
				if stopped != c.herder || time.Since(began) != c.herder || err == nil || err.Error() != "rest\nherder" {
					t.Errorf("the herder ended after %v, all after %v: %v", stopped, time.Since(began), err)
				}
			})
		})
	}
}
