// Package distributed is the herder of a worker in a cluster: configs, statuses and offsets live in
// topics, and a group of workers shares connectors and tasks.
//
// One goroutine, Run, owns the state; it never waits, not even for the log (logs.Behind). What takes time goes out as
// an effect and comes back as an event, and operations are coroutines (coord/internal/coroutine):
//
//	request, group event, config change, status, answer of an effect -> machine.step -> effects
//
// What runs here follows from three things that events change: what the group grants this worker, what the
// config topic says, and what of it is stale, because its config changed or somebody asked for a restart.
// Each connector has a slot, and one operation at a time that makes its instances what they should be:
// first it stops what may not run or is stale, then it starts what is missing. So events change facts, and
// nobody but that operation starts or stops anything. An event costs what it changes: slots that are in order are not
// looked at again, however many there are.
//
// A round of the group is an operation too. Before this worker joins, all that has to stop has stopped and
// its last statuses are written. After it has joined, work is started once the config topic has been read
// as far as the leader had read it; the configs of tasks count from the first round whose leader knew of
// them, so that all workers have had to pass a round since, and none of those runs before. Facts that grow
// old while an operation waits are told by the number of the round.
//
// The leader alone writes configs, task configs, session keys and restart requests; the others say who it
// is (coord.ElsewhereError), or hand task configs over to it (coord.Peers), signed.
//
// Not here: the group protocol (coord/group), who gets what (coord/assign), the topics (coord/store).
//
// Source: DistributedHerder, AbstractHerder.
package distributed
