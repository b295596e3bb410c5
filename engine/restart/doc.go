// Package restart decides whether and when a failed task is tried again. Java never does: an operator, or a
// script against the REST API, restarts what failed.
//
// A Policy grants restarts of failures that may pass by themselves (Transient), each after a longer wait, until
// a task has failed too often in a row. A Circuit joins the tasks that one connector has on a worker: when they
// all fail because the other system is away, one of them tries and the others wait for its success.
//
// Policies are values without clock and chance. A Circuit is safe for concurrent use and starts no goroutine.
package restart
