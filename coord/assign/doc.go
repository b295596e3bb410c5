// Package assign decides which worker of a group runs which connectors and tasks.
//
// Eager and Incremental are pure functions: the same arguments give the same answer, and neither
// clock, random number nor map order takes part. What the leader of an incremental group remembers
// between rounds is a State, a value that is replaced and never changed.
//
// The answers are Java's, item by item and in Java's order, because a group may hold workers of both
// kinds and its leader changes: where Java walks a hash table, so does this package (java.HashOrder).
//
// Three things go beyond Java, and two of them only when a Round asks for them: Round.Stopped names lost work
// that is known to have ended, which is then not waited for; Round.Foreign names work that only Java's workers
// can run, which they then get; and Plan.Waiting says what is waited for.
//
// Not here: bytes, offsets and the members' URLs (coord/group), and what a worker does with its share.
//
// Source: EagerAssignor, IncrementalCooperativeAssignor.
package assign
