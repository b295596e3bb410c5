package batch

import "github.com/millrace/millrace/batch/bits"

// Status says which rows of a batch failed, and why. A failed row stays in the arrays and is left out
// of later operations. The zero value means that none failed; it allocates on the first failure only.
//
// Errors carry their Java class (a method JavaClass() string) where the original throws one.
type Status struct {
	failed bits.Bitmap
	errs   []RowError
}

// RowError is the failure of one row.
type RowError struct {
	Row int32
	Err error
}

// Fail records that row i of n failed. The first error of a row is kept.
func (s *Status) Fail(i int32, n int, err error) {
	if s.failed == nil {
		s.failed = bits.New(n)
	}
	if s.failed.Get(int(i)) {
		return
	}
	s.failed.Set(int(i))
	s.errs = append(s.errs, RowError{i, err})
}

// Failed reports whether row i failed.
func (s *Status) Failed(i int32) bool { return s.failed != nil && s.failed.Get(int(i)) }

// Any reports whether any row failed.
func (s *Status) Any() bool { return len(s.errs) > 0 }

// Errors returns the failures in the order in which they were recorded. Borrowed.
func (s *Status) Errors() []RowError { return s.errs }

// Reset forgets all failures.
func (s *Status) Reset() { s.failed, s.errs = nil, s.errs[:0] }
