//go:build e2e

package e2e

import (
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_Outbox lets Debezium and ours route the events of a service's outbox table: rows that are written with
// what they tell of and, as usual, deleted in the same transaction.
func TestPostgres_Outbox(t *testing.T) {
	t.Parallel() // servers wait more than they work
	outbox := harness.Properties{
		"table.include.list": "public.outbox," + doneTable,
		"transforms":         "outbox,route", "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter", "transforms.outbox.predicate": "outbox",
		"predicates": "outbox", "predicates.outbox.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches", "predicates.outbox.pattern": `.*\.outbox`,
	}
	newCapture(t, map[string]harness.Properties{
		"defaults": outbox,
		"expanded": outbox.With(harness.Properties{
			"transforms.outbox.table.expand.json.payload":         "true",
			"transforms.outbox.table.fields.additional.placement": "type:header:eventType,tenant:envelope,id:envelope:event",
			"transforms.outbox.table.field.event.timestamp":       "happened",
			"transforms.outbox.route.tombstone.on.empty.payload":  "true",
			"transforms.outbox.route.topic.replacement":           "events.${routedByValue}",
		}),
	}).compare(t, "testdata/postgres/outbox.sql")
}
