package standalone

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/coord"
)

// health asks for the health for up to ten seconds.
func (k *kit) health() coord.Health {
	k.t.Helper()
	h, err := k.Health(patience(k.t, 10*time.Second))
	must(k.t, err)
	return h
}

func TestHealth_WaitsForTheStartUp(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		start := time.Now()
		if h := k.health(); h.Ready || h.Live || time.Since(start) != 10*time.Second {
			t.Errorf("%+v after %v", h, time.Since(start))
		}
		answer := make(chan coord.Health, 1)
		go func() { answer <- k.health() }()
		synctest.Wait()
		k.Ready()
		k.Ready() // once more changes nothing
		if h := <-answer; !h.Ready || !h.Live {
			t.Errorf("%+v", h)
		}
	})
}

func TestHealth_KnowsALoopThatIsStuck(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.Ready()
		free := make(chan struct{})
		k.inbox.Post(func(*machine) { <-free })
		start := time.Now()
		if h := k.health(); !h.Ready || h.Live || time.Since(start) != 10*time.Second {
			t.Errorf("%+v after %v", h, time.Since(start))
		}
		close(free)
		if h := k.health(); !h.Live {
			t.Errorf("%+v", h)
		}
	})
}

func TestHealth_OfAHerderThatStops(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.stop()
		_, err := k.Health(t.Context())
		refused(t, err, 500, "Worker is shutting down")
		k.Ready()
		_, err = k.Health(t.Context())
		refused(t, err, 500, "Worker is shutting down")
	})
}
