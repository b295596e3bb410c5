// Package e2e tests the built program from outside, against real systems and beside the original.
//
// The tests have the build tag e2e and are run by "make e2e". They import nothing of ours: package harness
// starts the processes, package restscript sends lists of REST requests. Answers of the original stand in
// testdata; -rewrite records them anew from a Java worker.
package e2e
