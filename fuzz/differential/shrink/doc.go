// Package shrink reduces a trial that shows a difference to a small one that still does.
//
// A candidate replaces the trial only when it is shorter, or equally long and earlier in byte order, so the search ends. It asks the
// caller whether a candidate still fails; it knows nothing of processes.
package shrink
