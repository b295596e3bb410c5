package standalone

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

func TestRaces_OneOfManyCreatesWins(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		var group sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 20 {
			group.Go(func() {
				created, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
				if err != nil {
					refused(t, err, 409, "Connector c already exists")
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if created {
					won++
				}
			})
		}
		group.Wait()
		if won != 1 {
			t.Errorf("%d were told that they created it", won)
		}
	})
}

// A patch of one key does not undo another's, though both started from the same config.
func TestRaces_NoPatchIsLost(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		var group sync.WaitGroup
		for i := range 10 {
			group.Go(func() {
				value := fmt.Sprint(i)
				_, err := k.PatchConnector(t.Context(), "c", map[string]*string{"k" + value: &value})
				if err != nil {
					var r *coord.RequestError
					// One that was overtaken while it waited for the connector to start says so.
					if !errors.As(err, &r) || r.Text != "Could not begin changing connector state to STARTED as the connector has been scheduled for shutdown" {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		config, err := k.ConnectorConfig(t.Context(), "c")
		must(t, err)
		for i := range 10 {
			if config[fmt.Sprint("k", i)] != fmt.Sprint(i) {
				t.Errorf("patch %d is lost: %v", i, config)
			}
		}
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
	})
}

// Many clients at once, on goroutines, with the race detector looking on.
func TestRaces_Churn(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		var group sync.WaitGroup
		for client := range 8 {
			rng := rand.New(rand.NewPCG(uint64(client), 1))
			group.Go(func() {
				for range 60 {
					k.churn(t.Context(), rng)
				}
			})
		}
		group.Wait()
		synctest.Wait()
		names, err := k.Connectors(t.Context())
		must(t, err)
		for _, name := range names {
			must(t, k.ResumeConnector(t.Context(), name))
			got, want := k.status(name), "RUNNING"
			infos, err := k.TaskInfos(t.Context(), name)
			must(t, err)
			for i := range infos {
				want += fmt.Sprintf(" %d:RUNNING", i)
			}
			equal(t, got, want)
			must(t, k.DeleteConnector(t.Context(), name))
		}
		equal(t, k.worker.running(), "")
	})
}

// churn sends a request at random. Those that others made impossible are refused, and that is all.
func (k *kit) churn(ctx context.Context, rng *rand.Rand) {
	name := string('a' + rune(rng.IntN(3)))
	config := conf("tasks", fmt.Sprint(rng.IntN(3)))
	var err error
	switch rng.IntN(10) {
	case 0, 1, 2:
		_, _, err = k.PutConnector(ctx, name, config, "", rng.IntN(2) == 0)
	case 3:
		err = k.DeleteConnector(ctx, name)
	case 4:
		err = k.PauseConnector(ctx, name)
	case 5:
		err = k.StopConnector(ctx, name)
	case 6:
		err = k.ResumeConnector(ctx, name)
	case 7:
		err = k.RestartConnector(ctx, name)
	case 8:
		_, err = k.Restart(ctx, coord.RestartRequest{Connector: name, IncludeTasks: true})
	case 9:
		err = k.RestartTask(ctx, connectors.TaskID{Connector: name, Task: rng.IntN(3)})
		k.TopicUsed(connectors.TaskID{Connector: name}, "t")
		_, _ = k.ActiveTopics(ctx, name)
	}
	var r *coord.RequestError
	if err != nil && !errors.As(err, &r) {
		k.t.Error(err)
	}
}
