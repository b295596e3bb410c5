package postgres

import (
	"context"
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
)

// publish makes the publication be as publication.autocreate.mode says. Source: PostgresReplicationConnection.initPublication.
func (t *task) publish(ctx context.Context, captured []*catalogTable) error {
	name := t.set.publication
	rows, err := query(ctx, t.sql, "select puballtables from pg_catalog.pg_publication where pubname = "+quoteText(name))
	if err != nil {
		return connectors.Errorf("postgres: publication %q: %w", name, err)
	}
	exists := len(rows) > 0
	with := ""
	if t.set.viaRoot {
		with = " WITH (publish_via_partition_root = true)"
	}
	var command string
	switch mode := t.set.autocreate; {
	case mode == "disabled" && !exists:
		return connectors.Errorf("postgres: publication %q does not exist and publication.autocreate.mode is disabled: create it", name)
	case mode == "disabled":
		return nil
	case mode == "filtered":
		if len(captured) == 0 {
			return connectors.Errorf("postgres: publication %q: no table matches the filters", name)
		}
		same, err := t.publishes(ctx, captured)
		if exists && (same || err != nil) {
			return err
		}
		command = "CREATE PUBLICATION " + quoteName(name) + " FOR TABLE " + tableNames(captured) + with
		if exists {
			command = "ALTER PUBLICATION " + quoteName(name) + " SET TABLE " + tableNames(captured)
		}
	case exists:
		return nil
	case mode == "no_tables":
		command = "CREATE PUBLICATION " + quoteName(name) + with
	default:
		command = "CREATE PUBLICATION " + quoteName(name) + " FOR ALL TABLES" + with
	}
	t.log.Info("publication changes", "command", command)
	if _, err := t.sql.Exec(ctx, command).ReadAll(); err != nil {
		return connectors.Errorf("postgres: %s: %w", command, err)
	}
	return nil
}

// publishes reports whether the publication has exactly these tables.
func (t *task) publishes(ctx context.Context, captured []*catalogTable) (bool, error) {
	rows, err := query(ctx, t.sql, "select schemaname, tablename from pg_catalog.pg_publication_tables where pubname = "+quoteText(t.set.publication))
	if err != nil {
		return false, connectors.Errorf("postgres: publication %q: %w", t.set.publication, err)
	}
	var have, want []string
	for _, r := range rows {
		have = append(have, string(r[0])+"."+string(r[1]))
	}
	for _, c := range captured {
		want = append(want, c.id())
	}
	slices.Sort(have)
	slices.Sort(want)
	return slices.Equal(have, want), nil
}

func tableNames(tables []*catalogTable) string {
	names := make([]string, len(tables))
	for i, c := range tables {
		names[i] = quoteName(c.schema) + "." + quoteName(c.name)
	}
	return strings.Join(names, ", ")
}
