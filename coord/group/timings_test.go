package group

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// told writes down what it is told.
type told struct{ lines []string }

func (l *told) add(what string, took time.Duration) {
	l.lines = append(l.lines, fmt.Sprint(what, " ", took))
}
func (l *told) BeatSent()                     { l.add("beat", 0) }
func (l *told) Beaten(took time.Duration)     { l.add("beaten", took) }
func (l *told) Joined(took time.Duration)     { l.add("joined", took) }
func (l *told) Synced(took time.Duration)     { l.add("synced", took) }
func (l *told) Rebalanced(took time.Duration) { l.add("rebalanced", took) }
func (l *told) RebalanceFailed()              { l.add("failed", 0) }

// TestMachine_TellsItsTimings: a round that succeeds with its second try is one round as long as both.
func TestMachine_TellsItsTimings(t *testing.T) {
	s := stableScript(t)
	var l told
	s.m.timings = &l
	later := func(d time.Duration) { s.now = s.now.Add(d) }
	later(3 * time.Second)
	s.answer(&kmsg.HeartbeatResponse{ErrorCode: kerr.RebalanceInProgress.Code})
	later(20 * time.Millisecond)
	s.answer(&kmsg.JoinGroupResponse{Generation: 2, MemberID: "a-1", LeaderID: "z", Protocol: kmsg.StringPtr("sessioned")})
	later(5 * time.Millisecond)
	s.answer(&kmsg.SyncGroupResponse{ErrorCode: kerr.RebalanceInProgress.Code})
	later(10 * time.Millisecond)
	s.answer(&kmsg.JoinGroupResponse{Generation: 3, MemberID: "a-1", LeaderID: "z", Protocol: kmsg.StringPtr("sessioned")})
	later(7 * time.Millisecond)
	share, err := (&Assignment{Leader: "z", LeaderURL: "http://z:8083/", Offset: 1}).Append(nil, Sessioned)
	if err != nil {
		t.Fatal(err)
	}
	s.answer(&kmsg.SyncGroupResponse{MemberAssignment: share})
	want := []string{"beaten 3s", "beat 0s", "joined 20ms", "failed 0s", "joined 10ms", "synced 7ms", "rebalanced 42ms"}
	if !slices.Equal(l.lines, want) {
		t.Errorf("%q, want %q", l.lines, want)
	}
}
