//go:build soak

package differential_test

import (
	"testing"
	"time"
)

// converters are the kinds of cases that go through converters, or through the literals of headers.
const converters = "json,string,bytes,number,header,literal"

// TestOriginal_AMillionAnswersAreTheSame compares a million cases of each converter and direction, however long they take, with
// a new seed each time.
func TestOriginal_AMillionAnswersAreTheSame(t *testing.T) {
	compare(t, converters, 0, uint64(time.Now().UnixNano()))
}
