// Package mixed holds tests of groups whose members are Java workers and members of ours, on a real broker.
//
// Each member of ours is a process of its own, so that it can be killed and frozen: the test program started
// again with stubVariable set. It has a herder that starts nothing: it reads the config topic, obeys its
// member and prints what it would run. The tests have the build tags e2e,
// for the protocol sessioned, and soak, for all.
package mixed
