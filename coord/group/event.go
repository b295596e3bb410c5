package group

import "github.com/millrace/millrace/coord/assign"

// Event is something that a member tells its owner: Joining, Joined, Lost, Expired or Failed.
type Event interface{ isEvent() }

// Joining says that the member is about to join again. The owner stops Revoke, which is all its work
// where the group is eager and nothing elsewhere, flushes what it has to say about it, then calls
// Member.Ready. Source: WorkerCoordinator.onJoinPrepare.
type Joining struct{ Revoke assign.Work }

// Joined says that a round is over. The owner stops Assignment.Revoked, then runs Assignment.Assigned,
// which is all that the member has, not only what is new. It rejoins at once if anything was revoked or
// the assignment failed, and after Assignment.Delay if there is one. A leader that missed a round can
// leave deleted work assigned, in Java too; the next round takes it back, so an owner that sees such
// work rejoins.
// Source: WorkerCoordinator.onJoinComplete.
type Joined struct {
	Assignment *Assignment // the owner's to keep
	Generation int32
	MemberID   string
	Protocol   Protocol
}

// Lost says that the coordinator cannot be reached and that the member gave up all its work: the owner
// stops it at once, since the group may give it to others.
type Lost struct{ Work assign.Work }

// Expired says that the owner has not called Poll for the rebalance timeout and that the member left the
// group; it joins again with the next Poll. What runs goes on running.
type Expired struct{}

// Failed says that the member cannot go on, for lack of rights or because the group refuses its kind. The
// member does nothing more. Err has the Java class that a worker dies of.
type Failed struct{ Err error }

func (Joining) isEvent() {}
func (Joined) isEvent()  {}
func (Lost) isEvent()    {}
func (Expired) isEvent() {}
func (Failed) isEvent()  {}

// View is a member's state at a moment.
type View struct {
	MemberID   string // "" while not a stable member
	Generation int32
	Protocol   Protocol
	Assignment *Assignment // what it has; nil = nothing; not to be changed
	Rejoining  bool        // a rebalance is under way or needed
	Owners     *Owners     // of a leader that is not rejoining, else nil
	Waiting    assign.Work // what the leader holds back until the delay is over
}

// Leader reports whether the member leads the group.
func (v View) Leader() bool {
	return v.Assignment != nil && v.MemberID != "" && v.MemberID == v.Assignment.Leader
}
