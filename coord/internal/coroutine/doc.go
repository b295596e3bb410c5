// Package coroutine lets operations of a herder read from top to bottom although its loop never waits.
//
// An operation is a Proc: a coroutine that runs inside of the loop's step. What takes time goes out as an
// Effect, runs on a goroutine of its own (Launcher), and its answer comes back as an event (Inbox), upon
// which the Proc goes on where it stopped. So a machine of Procs is a pure step function: the same events
// in the same order give the same effects, and tests drive it from a seed.
//
// E is what effects work on. All of a Scheduler, its Procs and Mutexes belongs to whoever steps the
// machine; Inbox, Launcher and Stages are safe for concurrent use.
package coroutine
