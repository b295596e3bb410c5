package harness

import (
	"errors"
	"fmt"
	"os"
	"testing"
)

// MissingError says that this machine lacks something that tests need.
type MissingError struct {
	What, Why, Install string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is missing (%s): %s", e.What, e.Why, e.Install)
}

// Need ends t when err is not nil. A MissingError leaves the test out, saying what it would have checked,
// unless CI=true.
func Need(t testing.TB, err error, checks string) {
	t.Helper()
	if err == nil {
		return
	}
	var missing *MissingError
	if errors.As(err, &missing) && os.Getenv("CI") != "true" {
		t.Skipf("left out: %s: %v", checks, missing)
	}
	t.Fatalf("%s: %v", checks, err)
}
