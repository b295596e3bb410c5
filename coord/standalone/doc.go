// Package standalone is the herder of a worker that stands alone: configs and statuses live in memory,
// offsets in a file.
//
// One goroutine, Run, owns the state; it never waits. What takes time, calls of the worker and of the
// offset store, goes out as an effect on a goroutine of its own and comes back as an event:
//
//	request, status, answer of an effect -> machine.step -> effects
//
// An operation (create, stop, restart, …) is a proc: a coroutine that runs inside of step, hands out an
// effect and goes on where it stopped when the answer is there. So the machine is a pure step function,
// which tests drive from a seed, while operations read from top to bottom.
//
// Operations of one connector follow one another: each holds the connector's mutex over its effects.
// All of those are bounded in time by the worker. What is not, plugin code that starts or computes task
// configs, is awaited without it, so that a connector that hangs can still be stopped and deleted;
// whoever comes back checks that what he asked about is still there.
//
// Source: StandaloneHerder, AbstractHerder, MemoryConfigBackingStore, MemoryStatusBackingStore.
package standalone
