// Package hunt runs generated trials on two processes until a budget is used up, shrinks what differs, and keeps the minimal cases.
//
// One goroutine drives a Hunt; the processes and their readers run beside it.
package hunt
