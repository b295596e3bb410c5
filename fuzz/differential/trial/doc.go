// Package trial holds what is put to a process in one go: the plugins to configure, and the items to run through them, one by one
// or as a batch; and the outcome that comes back.
//
// A Trial is the unit that is generated, compared, shrunk and stored. It is self-contained: replaying its text needs no generator.
package trial
