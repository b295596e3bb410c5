package engine

import (
	"fmt"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// exceeded wraps the failure of a whole batch as Java reports what it cannot tolerate.
func exceeded(cause error) error {
	return &connectors.Error{Class: connectors.ConnectException, Text: "Tolerance exceeded in error handler", Err: cause}
}

func invalidTimestamp(ts int64) string { return fmt.Sprintf("Invalid record timestamp %d", ts) }

// selected reports whether row i of b is live.
func selected(b *batch.Batch, i int32) bool {
	if b.Sel == nil {
		return true
	}
	_, ok := slices.BinarySearch(b.Sel, i)
	return ok
}
