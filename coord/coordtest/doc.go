// Package coordtest simulates whole clusters from a seed: herders and group members of the real code, a group
// coordinator, internal topics and workers that are made up.
//
// A Cluster has a clock of its own. Whatever takes time in the world takes some of its time, drawn from the
// seed: requests to the coordinator, records on their way into a topic and out of it, plugins that start and
// stop. What waits, waits as a thread (Loop.start), so that a crash can come between any two effects and inside
// of one, a write of several records may stop in the middle, and a worker may freeze and go on later. The
// same seed gives the same history.
//
// Cluster.Trouble makes something happen: requests of users, workers that start, stop, crash, freeze, lose
// the brokers; the coordinator moves, a topic is compacted. Cluster.Heal ends that, and Cluster.Settle waits
// until all is as users want it. Invariants are checked all the time (Cluster.Faults):
//
//   - a task is started once on a worker, and never while it works on another one (but for the moment in
//     which a worker learns that it was given up)
//   - a task runs with a config of a complete set
//   - where tasks deliver exactly once: when a task of newer configs runs, all older ones are fenced, and none of
//     those commits any more
//   - in the end each connector and task runs once, with the newest config, and the status topic says so
//   - nothing is written and no round is held when there is nothing to do
//
// It is for tests of coord alone.
package coordtest
