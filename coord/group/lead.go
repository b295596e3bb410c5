package group

import (
	"fmt"
	"slices"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
)

// Configs is what a leader needs of a snapshot of the config topic.
type Configs struct {
	Offset int64       // as in Metadata
	Work   assign.Work // connectors, and tasks of those that are consistent
	// Foreign names connectors of classes that this program lacks. Where it leads, Java's workers get them.
	Foreign []string
}

// foreign is the work of the foreign connectors.
func (c *Configs) foreign() assign.Work {
	if len(c.Foreign) == 0 {
		return assign.Work{}
	}
	w := assign.Work{Connectors: c.Foreign}
	for _, id := range c.Work.Tasks {
		if slices.Contains(c.Foreign, id.Connector) {
			w.Tasks = append(w.Tasks, id)
		}
	}
	return w
}

// JoinedMember is a member with its metadata, as the coordinator shows it to the leader.
type JoinedMember struct {
	ID       string
	Metadata []byte
}

// Election is what a member hears that shall lead a round.
type Election struct {
	Leader     string // its own member id
	Protocol   Protocol
	Generation int32
	// LastGeneration is the generation of the last round that the member completed, -1 if none.
	LastGeneration int32
	Members        []JoinedMember
}

// Led is the outcome of a led round.
type Led struct {
	Assignments map[string][]byte // by member id, for the coordinator
	Owners      *Owners           // nil when the leader's configs were too old
	Waiting     assign.Work       // see assign.Plan
	Configs     Configs           // the configs it was made from
}

// Leader leads rounds. The zero value has led none; it belongs to one goroutine.
//
// Source: the assignors' performAssignment.
type Leader struct {
	MaxDelay time.Duration // scheduled.rebalance.max.delay.ms
	state    assign.State
}

// Assign computes the round's assignments. configs is the snapshot that the member joined with; refresh
// gives a newer one and is asked when a member has seen more. stopped is assign.Round's.
//
// Errors: metadata that no worker writes; the round fails.
func (l *Leader) Assign(e Election, configs Configs, refresh func() Configs, stopped assign.Work, now time.Time) (Led, error) {
	members := make(map[string]Metadata, len(e.Members))
	offset := int64(-1)
	for i, m := range e.Members {
		data, err := ParseMetadata(m.Metadata)
		if err != nil {
			return Led{}, fmt.Errorf("member %q: %w", m.ID, err)
		}
		members[m.ID] = data
		if i == 0 || data.Offset > offset {
			offset = data.Offset
		}
	}
	if _, ok := members[e.Leader]; !ok {
		return Led{}, fmt.Errorf("member %q shall lead a group that it is not in", e.Leader)
	}
	out := Led{Assignments: make(map[string][]byte, len(members))}
	base := Assignment{Leader: e.Leader, LeaderURL: members[e.Leader].URL, Offset: offset}
	if configs.Offset < offset {
		if configs = refresh(); configs.Offset < offset {
			base.Error = ConfigMismatch
			for id := range members {
				if err := out.put(id, base, e.Protocol); err != nil {
					return Led{}, err
				}
			}
			return out, nil
		}
		base.Offset = configs.Offset
	}
	out.Configs = configs
	out.Owners = &Owners{connectors: map[string]string{}, tasks: map[connectors.TaskID]string{}}

	round := assign.Round{
		Configured: configs.Work, Generation: e.Generation, LastGeneration: e.LastGeneration,
		Now: now, MaxDelay: l.MaxDelay, Stopped: stopped, Foreign: configs.foreign(),
	}
	for _, m := range e.Members {
		member := assign.Member{ID: m.ID, Ours: members[m.ID].Ours}
		if a := members[m.ID].Allocation; a != nil {
			member.Held = a.Assigned
		}
		round.Members = append(round.Members, member)
	}
	next := l.state
	var plan assign.Plan
	if e.Protocol.Incremental() {
		next, plan = assign.Incremental(l.state, round)
		out.Waiting = plan.Waiting
	} else {
		plan.Shares = make(map[string]assign.Share, len(round.Members))
		for id, w := range assign.Eager(round) {
			plan.Shares[id] = assign.Share{Assigned: w, Owned: w}
		}
	}
	for id, share := range plan.Shares {
		a := base
		a.Assigned, a.Revoked, a.Delay = share.Assigned, share.Revoked, plan.Delay
		if err := out.put(id, a, e.Protocol); err != nil {
			return Led{}, err
		}
		out.Owners.put(members[id].URL, share.Owned)
	}
	l.state = next
	return out, nil
}

func (l *Led) put(id string, a Assignment, p Protocol) error {
	b, err := a.Append(nil, p)
	if err != nil {
		return fmt.Errorf("member %q: %w", id, err)
	}
	l.Assignments[id] = b
	return nil
}

// Owners says which worker runs what, as the leader last decided. Source: WorkerCoordinator.LeaderState.
type Owners struct {
	connectors map[string]string
	tasks      map[connectors.TaskID]string
}

func (o *Owners) put(url string, w assign.Work) {
	for _, c := range w.Connectors {
		o.connectors[c] = url
	}
	for _, t := range w.Tasks {
		o.tasks[t] = url
	}
}

// Connector returns the URL of the worker that runs a connector, "" if none does.
func (o *Owners) Connector(name string) string { return o.connectors[name] }

// Task returns the URL of the worker that runs a task, "" if none does.
func (o *Owners) Task(id connectors.TaskID) string { return o.tasks[id] }
