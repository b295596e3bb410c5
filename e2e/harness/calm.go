package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"
)

// calmEvery is how often Calm looks: often enough to see a cluster change, seldom enough not to load it.
const calmEvery = 250 * time.Millisecond

// Expected is what a cluster shall run: tasks by connector.
type Expected map[string]int

// States returns the status of every connector that has one, as the worker tells it.
func (w *Worker) States(ctx context.Context) (map[string]State, error) {
	status, answer, err := w.get(ctx, "/connectors?expand=status")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", w.Name, status, answer)
	}
	if err != nil {
		return nil, err
	}
	var all map[string]struct {
		Status State `json:"status"`
	}
	if err := json.Unmarshal(answer, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	states := make(map[string]State, len(all))
	for name, c := range all {
		states[name] = c.Status
	}
	return states, nil
}

// Calm waits until the cluster is at rest and whole: all workers that run are in the group and no rebalance is under
// way, the REST API of each tells the same, every expected connector and task is RUNNING on a worker that runs, and
// nothing else is there; and all of it twice in a row. It returns what they tell.
func (c *Cluster) Calm(t testing.TB, limit time.Duration, want Expected) map[string]State {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, fmt.Errorf("not so after %v", limit))
	defer cancel()
	var before map[string]State
	began := time.Now()
	err := Poll(ctx, "the cluster is calm", func(ctx context.Context) (bool, error) {
		now, err := c.whole(ctx, want)
		same := err == nil && reflect.DeepEqual(now, before)
		if before = now; same {
			return true, nil
		}
		select {
		case <-time.After(calmEvery):
		case <-ctx.Done():
		}
		return false, err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("calm after %v", time.Since(began).Round(10*time.Millisecond))
	return before
}

// whole returns what all workers tell, and an error while the cluster is not as Calm wants it.
func (c *Cluster) whole(ctx context.Context, want Expected) (map[string]State, error) {
	running := c.Running()
	if len(running) == 0 {
		return nil, errors.New("no worker runs")
	}
	m, err := c.Membership(ctx)
	if err != nil {
		return nil, err
	}
	if !m.Stable || m.Members != len(running) {
		return nil, fmt.Errorf("the group has %d members, stable %t; %d workers run", m.Members, m.Stable, len(running))
	}
	ids := make([]string, len(running))
	for i, w := range running {
		ids[i] = w.Address
	}
	var first map[string]State
	for i, w := range running {
		states, err := w.States(ctx)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			if !reflect.DeepEqual(states, first) {
				return nil, fmt.Errorf("%s and %s tell different states: %s", running[0].Name, w.Name, firstDifference(first, states))
			}
			continue
		}
		if first = states; len(states) != len(want) {
			return nil, fmt.Errorf("%s tells of %d connectors, not %d", w.Name, len(states), len(want))
		}
		for name, tasks := range want {
			if err := runs(states[name], name, tasks, ids); err != nil {
				return nil, err
			}
		}
	}
	return first, nil
}

// runs says what a connector lacks to run with so many tasks on the given workers.
func runs(s State, name string, tasks int, workers []string) error {
	if len(s.Tasks) != tasks {
		return fmt.Errorf("%s has %d tasks, not %d", name, len(s.Tasks), tasks)
	}
	for i, part := range append([]TaskState{s.Connector}, s.Tasks...) {
		if part.State != "RUNNING" || !slices.Contains(workers, part.WorkerID) {
			return fmt.Errorf("%s, part %d, is %s on %s: %s", name, i-1, part.State, part.WorkerID, part.Trace)
		}
	}
	return nil
}

func firstDifference(a, b map[string]State) string {
	for name := range a {
		if !reflect.DeepEqual(a[name], b[name]) {
			return fmt.Sprintf("%s: %+v and %+v", name, a[name], b[name])
		}
	}
	return fmt.Sprintf("%d and %d connectors", len(a), len(b))
}
