// Package history checks what happened to records, told as events, against what delivery promises.
//
// A history is JSON lines, one Event each, from any number of processes: sources say what they emit, an auditor what the
// topics hold, sinks what they were given and what became durable, whoever injects faults when they began and ended.
// Check sorts them by time into streams (a source partition of a connector on its way into a topic, a topic partition on
// its way into a target) and reports each Anomaly. docs/verify.md is the description for users.
//
// Nothing here runs while records flow, and nothing is known of engine or coord: the check sees what an outsider can see.
package history
