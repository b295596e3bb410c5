package distributed

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/internal/logs"
)

// stepped is a herder as steps, alone in its group, whose effects are done as they are asked for: all that takes time
// is the herder's.
type stepped struct {
	*Steps
	t        testing.TB
	worker   *fakeWorker
	configs  *fakeConfigs
	member   *stepMember
	queue    []Event
	took     []time.Duration // of steps
	answered int
}

func newStepped(t testing.TB, names int) *stepped {
	s := &stepped{t: t, worker: newFakeWorker(), configs: newFakeConfigs()}
	s.configs.started = true
	s.member = &stepMember{s: s}
	k := &fakeMember{k: &kit{}} // counts rounds
	s.Steps = NewSteps(Options{
		Worker: s.worker, Configs: s.configs, Statuses: newFakeStatuses(), Offsets: &fakeOffsets{}, Peers: &fakePeers{}, Loggers: logs.New(nil, logs.Options{}),
		Rounds: k, WorkerID: workerID, Logger: slog.New(slog.DiscardHandler), Protocol: group.Compatible,
		HeartbeatInterval: 3 * time.Second, SyncTimeout: 3 * time.Second, UnsyncBackoff: 5 * time.Minute, MaxDelay: 5 * time.Minute,
	}, s.member, time.Now, s.post)
	t.Cleanup(s.Kill)
	s.configs.tell = func(changes []store.ConfigChange) { s.post(s.ConfigsChanged(changes)) }
	s.member.ties = s.Ties(nil)
	s.post(s.Begin())
	s.member.Rejoin("start")
	s.settle()
	for i := range names {
		s.put(i, 0)
	}
	s.took = s.took[:0]
	return s
}

func (s *stepped) post(e Event) { s.queue = append(s.queue, e) }

// put puts the config of a connector and goes on until everything has come to rest.
func (s *stepped) put(i, round int) {
	name := fmt.Sprintf("connector-%04d", i)
	before := s.answered
	s.post(s.Put(name, conf("name", name, "tasks", "2", "x0", strconv.Itoa(round), "x1", strconv.Itoa(round)), "", true, func(err error) {
		if err != nil {
			s.t.Fatal(err)
		}
		s.answered++
	}))
	s.settle()
	if s.answered != before+1 {
		s.t.Fatal("a request was not answered")
	}
}

func (s *stepped) settle() {
	for len(s.queue) > 0 {
		e := s.queue[0]
		s.queue = s.queue[1:]
		began := time.Now()
		effects := s.Step(e)
		s.took = append(s.took, time.Since(began))
		for _, f := range effects {
			if f.After() == 0 {
				s.post(f.Run(context.Background()))
			}
		}
		s.member.act()
	}
	s.worker.trace()
}

// stepMember is a group of one. It does what it is asked for between two steps.
type stepMember struct {
	s              *stepped
	ties           Ties
	wanted, joined bool
	ready          bool
	held           assign.Work
	generation     int32
}

func (m *stepMember) Run(context.Context) error { return nil }
func (m *stepMember) View() group.View          { return group.View{MemberID: "me", Generation: m.generation} }
func (m *stepMember) Rejoin(string)             { m.wanted = true }
func (m *stepMember) Ready()                    { m.ready = true }
func (m *stepMember) Poll()                     {}
func (m *stepMember) Leave(string)              {}

func (m *stepMember) act() {
	switch {
	case m.ready:
		m.ready, m.joined = false, false
		m.generation++
		configs := m.ties.Configs()
		a := &group.Assignment{Leader: "me", LeaderURL: "http://me/", Offset: configs.Offset, Assigned: configs.Work, Revoked: m.held.Minus(configs.Work)}
		m.held = configs.Work
		m.s.post(m.s.GroupSaid(group.Joined{Assignment: a, Generation: m.generation, MemberID: "me", Protocol: group.Compatible}))
	case m.wanted && !m.joined:
		m.wanted, m.joined = false, true
		m.s.post(m.s.GroupSaid(group.Joining{}))
	}
}

// remove deletes a connector.
func (s *stepped) remove(i int) {
	s.post(s.Delete(fmt.Sprintf("connector-%04d", i), func(err error) {
		if err != nil {
			s.t.Fatal(err)
		}
	}))
	s.settle()
}
