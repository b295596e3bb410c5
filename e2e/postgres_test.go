//go:build e2e

package e2e

import (
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_Common lets Debezium and ours capture the same statements and compares all records.
func TestPostgres_Common(t *testing.T) {
	t.Parallel() // servers wait more than they work
	newCapture(t, map[string]harness.Properties{
		"defaults": {},
		"options": {"provide.transaction.metadata": "true", "tombstones.on.delete": "false", "skipped.operations": "none", "skip.messages.without.change": "true",
			"message.key.columns": "shop.keyless:x", "column.exclude.list": "shop.orders.(r|d)", "column.mask.with.5.chars": "shop.orders.name",
			"column.truncate.to.7.chars": "shop.orders.body", "column.mask.hash.v2.SHA-256.with.salt.salt": "shop.full_identity.b", "extended.headers.enabled": "false"},
	}).compare(t, "testdata/postgres/common.sql")
}

// TestPostgres_Types compares every type in every handling mode, also where a required column has no value: because only
// the key of a row is known, or because the server does not send what is TOASTed, or a type has no form for it. Then events
// are left out.
func TestPostgres_Types(t *testing.T) {
	t.Parallel() // servers wait more than they work
	newCapture(t, map[string]harness.Properties{
		"defaults": {"event.processing.failure.handling.mode": "warn"},
		"text": {"event.processing.failure.handling.mode": "warn", "decimal.handling.mode": "string", "time.precision.mode": "isostring", "binary.handling.mode": "base64",
			"hstore.handling.mode": "map", "interval.handling.mode": "string"},
		"connect": {"event.processing.failure.handling.mode": "skip", "decimal.handling.mode": "double", "time.precision.mode": "connect", "binary.handling.mode": "hex",
			"include.unknown.datatypes": "true"},
		"micros": {"event.processing.failure.handling.mode": "ignore", "event.converting.failure.handling.mode": "skip", "time.precision.mode": "adaptive_time_microseconds", "binary.handling.mode": "base64-url-safe", "schema.name.adjustment.mode": "avro"},
	}).compare(t, "testdata/postgres/types.sql")
}

// TestPostgres_Random compares what both make of random transactions.
func TestPostgres_Random(t *testing.T) {
	t.Parallel() // servers wait more than they work
	newCapture(t, map[string]harness.Properties{
		"random": {"skipped.operations": "none", "provide.transaction.metadata": "true"},
	}).compareStatements(t, randomTables, randomStatements(1, 300))
}
