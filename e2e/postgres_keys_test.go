//go:build e2e && soak

package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_Keys compares what keys beside the common ones do: parameters of source types, notifications, heartbeats
// with an action, statements of snapshots, column filters, replica identities, xmin, several readers; over TLS with a
// checked server, as a user with a password (SCRAM) and as one with a certificate.
func TestPostgres_Keys(t *testing.T) {
	t.Parallel() // servers wait more than they work
	tls := newPostgresTLS(t)
	password := harness.Properties{"database.user": "relay", "database.password": "secret", "database.sslmode": "verify-full", "database.sslrootcert": tls.root}
	certificate := harness.Properties{"database.user": "cert", "database.sslmode": "verify-ca", "database.sslrootcert": tls.root,
		"database.sslcert": tls.certificate, "database.sslkey": tls.key}
	c := newCapture(t, map[string]harness.Properties{
		"keys": certificate.With(harness.Properties{"table.exclude.list": "kept.beats",
			"column.include.list":                 "public.done.id,kept.plain.(id|v),kept.few.id,kept.types.(id|n|i)",
			"snapshot.select.statement.overrides": "kept.plain", "snapshot.select.statement.overrides.kept.plain": "select * from kept.plain where id > 290",
			"replica.identity.autoset.values": "kept.plain:FULL", "guardrail.collections.max": "1", "database.query.timeout.ms": "60000",
			"notification.enabled.channels": "sink,log", "notification.sink.topic.name": "notes", "xmin.fetch.interval.ms": "10",
			"heartbeat.interval.ms": "100", "heartbeat.action.query": "insert into kept.beats values (current_setting('application_name')) on conflict do nothing"}),
		"parallel": password.With(harness.Properties{"table.exclude.list": "kept.beats", "provide.transaction.metadata": "true", // a topic more, as there is one less
			"snapshot.max.threads": "2", "snapshot.tables.order.by.row.count": "descending"}),
		"types": password.With(harness.Properties{"include.schema.comments": "true", "table.exclude.list": "kept.beats", "provide.transaction.metadata": "true",
			"column.propagate.source.type": "kept.types.(id|s|k|v|v0|n|free|d|t.*|iv.*|b|vb|vb0|raw|u|j|f|g|o|mny|ip|x|pt|a.*|m|dom.*)", "datatype.propagate.source.type": `.+\.(int4|bpchar)`}),
	}, tls.settings...)
	loosen := map[string]func(string, []string) []string{"keys": loosenKeys, "parallel": loosenParallel, "types": loosenBegin}
	for _, v := range c.variants {
		for _, side := range v.sides {
			side.loosen = loosen[v.name]
		}
	}
	c.compare(t, "testdata/postgres/keys.sql")
	db := c.server.Connect("postgres")
	defer db.Close()
	if who := db.Query("select who from kept.beats order by who"); len(who) != 2 {
		t.Errorf("heartbeat.action.query has run as %v: both sides do", who)
	}
	checkMetrics(t, c)
}

var (
	ownXmin   = regexp.MustCompile(`"xmin":[0-9]+`)
	ownNote   = regexp.MustCompile(`"(id|timestamp)":("[0-9a-f-]{36}"|[0-9]{13})`)
	noteLists = regexp.MustCompile(`"data_collections":"([^"]*)"`)
	lastSeen  = regexp.MustCompile(`"sequence":"\[(null|\\"[0-9]+\\"),`)
	marks     = regexp.MustCompile(`"snapshot":"(true|first|first_in_data_collection|last_in_data_collection|last)"`)
)

// loosenKeys takes out what each side has of its own: ids and times of notifications, the order of tables in their
// lists, the slot's xmin, and how many heartbeats there were.
func loosenKeys(topic string, records []string) []string {
	if strings.HasPrefix(topic, "__debezium-heartbeat") {
		return records[:1]
	}
	for i, r := range records {
		r = ownXmin.ReplaceAllString(r, `"xmin":"own"`)
		if topic == "notes" {
			r = ownNote.ReplaceAllString(r, `"$1":"own"`)
			r = noteLists.ReplaceAllStringFunc(r, func(list string) string {
				names := strings.Split(noteLists.FindStringSubmatch(list)[1], ",")
				slices.Sort(names)
				return fmt.Sprintf(`"data_collections":%q`, strings.Join(names, ","))
			})
		}
		records[i] = r
	}
	if topic == "notes" { // tables in their order, which is another one
		slices.Sort(records)
	}
	return records
}

// loosenBegin takes out what depends on when the slot was made, while the first side of the variant before writes already:
// transactions without a captured change, and the commit before the first one.
func loosenBegin(_ string, records []string) (out []string) {
	for i, r := range records {
		if empty := `"event_count":0,`; strings.Contains(r, empty) || i+1 < len(records) && strings.Contains(records[i+1], empty) {
			continue
		}
		out = append(out, lastSeen.ReplaceAllString(r, `"sequence":"[own,`))
	}
	return out
}

// loosenParallel takes out the order of rows and their marks: threads compete.
func loosenParallel(topic string, records []string) []string {
	records = loosenBegin(topic, records)
	for i, r := range records {
		records[i] = marks.ReplaceAllString(r, `"snapshot":"true"`)
	}
	slices.Sort(records)
	return records
}

// checkMetrics looks at what /metrics has of the connectors, and that it is gone with them.
func checkMetrics(t *testing.T, c *capture) {
	t.Helper()
	w := c.workers[harness.Millrace]
	var v *captureSide
	for i := range c.variants {
		if c.variants[i].name == "types" {
			v = c.variants[i].sides[harness.Millrace]
		}
	}
	labels := fmt.Sprintf(`{connector="%s",task="0",plugin="postgres",name="relay",server="relay",context=`, v.name)
	exported := func() string {
		code, body := w.Do(t, "GET", "/metrics", "")
		if code != 200 {
			t.Fatalf("%d %s", code, body)
		}
		return string(body)
	}
	all := exported()
	for _, want := range []string{
		`TotalNumberOfCreateEventsSeen` + labels + `"streaming"} 3`, `TotalNumberOfUpdateEventsSeen` + labels + `"streaming"} 3`,
		`TotalNumberOfDeleteEventsSeen` + labels + `"streaming"} 1`, `TotalNumberOfEventsSeen` + labels + `"snapshot"} 309`,
		`Connected` + labels + `"streaming"} 1`, `SnapshotCompleted` + labels + `"snapshot"} 1`, `RemainingTableCount` + labels + `"snapshot"} 0`,
		`RowsScanned` + labels + `"snapshot",table="kept.plain"} 300`, `SlotActive` + labels + `"streaming"} 1`, `SlotWalStatus` + labels + `"streaming",status="reserved"} 1`,
	} {
		if !strings.Contains(all, "debezium_metrics_"+want+"\n") {
			t.Errorf("no %s in\n%s", want, lines(all, labels))
		}
	}
	if code, body := w.Do(t, "DELETE", "/connectors/"+v.name, ""); code != 204 {
		t.Fatalf("%d %s", code, body)
	}
	if left := lines(exported(), labels); left != "" {
		t.Errorf("metrics of a connector that is gone:\n%s", left)
	}
}

// lines are those of text that contain part.
func lines(text, part string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			b.WriteString(line)
		}
	}
	return b.String()
}
