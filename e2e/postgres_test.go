//go:build e2e

package e2e

import (
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_Common lets Debezium and ours capture the same statements and compares all records.
func TestPostgres_Common(t *testing.T) {
	newCapture(t, map[string]harness.Properties{"defaults": {}}).compare(t, "testdata/postgres/common.sql")
}

// TestPostgres_Types compares every type in every handling mode.
func TestPostgres_Types(t *testing.T) {
	newCapture(t, map[string]harness.Properties{
		"defaults": {},
		"text": {"decimal.handling.mode": "string", "time.precision.mode": "isostring", "binary.handling.mode": "base64",
			"hstore.handling.mode": "map", "interval.handling.mode": "string"},
		"connect": {"decimal.handling.mode": "double", "time.precision.mode": "connect", "binary.handling.mode": "hex",
			"include.unknown.datatypes": "true"},
		"micros": {"time.precision.mode": "adaptive_time_microseconds", "binary.handling.mode": "base64-url-safe", "schema.name.adjustment.mode": "avro"},
	}).compare(t, "testdata/postgres/types.sql")
}
