package metrics

import (
	"math"
	"testing"
	"time"
)

func TestMembership_Measured(t *testing.T) {
	r, c := newTest()
	m := r.Membership("client")
	const group = "connect-coordinator-metrics{client}/"
	check(t, r, map[string]float64{
		group + "last-heartbeat-seconds-ago": -1, group + "last-rebalance-seconds-ago": -1, group + "heartbeat-total": 0,
		group + "heartbeat-response-time-max": math.NaN(), group + "join-time-avg": math.NaN(), group + "failed-rebalance-rate-per-hour": 0,
	})
	m.RebalanceFailed()
	m.Joined(20 * time.Millisecond)
	m.Synced(8 * time.Millisecond)
	m.Rebalanced(35 * time.Millisecond)
	c.add(1500 * time.Millisecond)
	m.BeatSent()
	c.add(5 * time.Millisecond)
	m.Beaten(5 * time.Millisecond)
	m.Joined(40 * time.Millisecond)
	m.Synced(2 * time.Millisecond)
	m.Rebalanced(45 * time.Millisecond)
	c.add(2500 * time.Millisecond)
	// A young registry counts one of its two windows of 30 s as whole: 34.005 s in all.
	const seconds = 34.005
	check(t, r, map[string]float64{
		group + "heartbeat-response-time-max": 5, group + "heartbeat-total": 1, group + "heartbeat-rate": 1 / seconds, group + "last-heartbeat-seconds-ago": 2,
		group + "join-time-avg": 30, group + "join-time-max": 40, group + "join-total": 2, group + "join-rate": 2 / seconds,
		group + "sync-time-avg": 5, group + "sync-time-max": 8, group + "sync-total": 2, group + "sync-rate": 2 / seconds,
		group + "rebalance-latency-avg": 40, group + "rebalance-latency-max": 45, group + "rebalance-latency-total": 80, group + "rebalance-total": 2,
		group + "rebalance-rate-per-hour": 2 / seconds * 3600, group + "last-rebalance-seconds-ago": 2,
		group + "failed-rebalance-total": 1, group + "failed-rebalance-rate-per-hour": 1 / seconds * 3600,
	})
}
