package smt

import "log/slog"

// Context is what a transform or predicate gets beside its properties. The zero value is usable.
type Context struct {
	// Logger gets what users of the transform are told; it says which connector, task and transform speak.
	// nil: nobody is told.
	Logger *slog.Logger
}

// Log returns the logger; it is never nil.
func (c Context) Log() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}
