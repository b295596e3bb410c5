package metrics

import (
	"math"
	"testing"
	"time"
)

func TestRebalances_Measured(t *testing.T) {
	r, c := newTest()
	b := r.Rebalances("client", "SESSIONED")
	const group, member = "connect-worker-rebalance-metrics{}/", "connect-coordinator-metrics{client}/"
	check(t, r, map[string]float64{group + "time-since-last-rebalance-ms": math.Inf(1), group + "rebalancing": 0, member + "assigned-tasks": 0})
	b.Joined("COMPATIBLE", "http://h:8083/", 7, 2, 5)
	c.add(30 * time.Millisecond)
	check(t, r, map[string]float64{group + "rebalancing": 1, group + "epoch": 7, member + "assigned-connectors": 2, member + "assigned-tasks": 5})
	b.Settled()
	b.Joined("COMPATIBLE", "http://h:8083/", 8, 2, 6)
	c.add(10 * time.Millisecond)
	b.Settled()
	c.add(time.Second)
	check(t, r, map[string]float64{
		group + "rebalancing": 0, group + "completed-rebalances-total": 2, group + "rebalance-max-time-ms": 30,
		group + "rebalance-avg-time-ms": 20, group + "time-since-last-rebalance-ms": 1000,
	})
	if v := values(r); v[group+"connect-protocol"].Text != "COMPATIBLE" || v[group+"leader-name"].Text != "http://h:8083/" {
		t.Errorf("%v", v)
	}
	b.Turned(1500 * time.Microsecond)
	b.Turned(500 * time.Microsecond)
	check(t, r, map[string]float64{group + "herder-turn-max-time-ms": 1.5, group + "herder-turn-avg-time-ms": 1})
	b.Lost()
	check(t, r, map[string]float64{member + "assigned-connectors": 0, member + "assigned-tasks": 0})
}
