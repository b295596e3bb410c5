// Package crash names the places between the durable steps of the program, so that tests can kill it at each of them.
//
// A place calls At with its Point. As the program is built by default that is nothing: the call is inlined and gone. Built
// with the tag crashpoints, the program takes from the environment where it is to die:
//
//	MILLRACE_CRASH=offset-file-rename     at the first passage
//	MILLRACE_CRASH=transaction-offsets:5  at the fifth
//
// and kills itself there with SIGKILL, as the kernel kills a process that is out of memory: no deferred call runs, no
// buffer is flushed, no connection is closed in order. Every point stands in Points, and in one place of the program;
// the tests of this package see to that, and those of e2e that none is dead and that a restart loses nothing.
package crash
