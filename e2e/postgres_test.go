//go:build e2e

package e2e

import (
	"testing"
)

// TestPostgres_Common lets Debezium and ours capture the same statements and compares all records.
func TestPostgres_Common(t *testing.T) { newCapture(t, nil).compare(t, "testdata/postgres/common.sql") }
