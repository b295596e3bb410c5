package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/internal/java/regex"
)

// prepareTables is what is done about the captured tables before anything is read from them.
func (t *task) prepareTables(ctx context.Context, captured []*catalogTable) error {
	names := make([]string, len(captured))
	for i, c := range captured {
		names[i] = c.id()
	}
	t.meter.Captured(names)
	// COPY and the stream have connections of their own, which may take longer.
	if _, err := t.sql.Exec(ctx, fmt.Sprintf("set statement_timeout = %d", t.set.queryMax.Milliseconds())).ReadAll(); err != nil {
		return connectors.Errorf("postgres: database.query.timeout.ms: %w", err)
	}
	if err := t.guard(len(captured)); err != nil {
		return err
	}
	return t.setIdentities(ctx, captured)
}

// guard holds the number of captured tables against guardrail.collections.max. Source: GuardrailValidator.
func (t *task) guard(n int) error {
	if t.set.tablesMax == 0 || n <= t.set.tablesMax {
		return nil
	}
	err := connectors.Errorf("postgres: Guardrail limit exceeded: %d tables/collections configured for capture, but maximum allowed is %d.", n, t.set.tablesMax)
	if t.set.tablesMaxFails {
		return err
	}
	t.log.Warn("more tables are captured than guardrail.collections.max", "tables", n, "max", t.set.tablesMax)
	return nil
}

// identity is one of replica.identity.autoset.values: tables, and what they are given.
type identity struct {
	tables cdc.Patterns
	value  string // as ALTER TABLE takes it
	index  string
}

// identityPattern is a value of the key. Source: ReplicaIdentityMapper.REPLICA_AUTO_SET_PATTERN.
const identityPattern = `(?i)^\s*(?<tablepredicate>[^\s:]+):(?<replicaidentity>DEFAULT|(INDEX) (?<indexname>.\w*)|FULL|NOTHING)\s*$`

const identityKey = "replica.identity.autoset.values"

// parseIdentities reads replica.identity.autoset.values.
func parseIdentities(text string) (out []identity, err error) {
	if text == "" {
		return nil, nil
	}
	form, err := regex.Compile(identityPattern)
	if err != nil {
		return nil, err
	}
	for one := range strings.SplitSeq(text, ",") {
		ok, err := form.Matches(one)
		if err != nil || !ok {
			return nil, config.InvalidValue(identityKey, one, one+" has an invalid format (expecting '"+identityPattern+"')")
		}
		table, value, _ := strings.Cut(strings.TrimSpace(one), ":")
		i := identity{value: strings.ToUpper(value)}
		if kind, index, ok := strings.Cut(value, " "); ok {
			i.value, i.index = strings.ToUpper(kind), index
		}
		if i.tables, err = cdc.ParsePatterns(identityKey, table); err != nil {
			return nil, config.NewException(identityKey, err.Error())
		}
		out = append(out, i)
	}
	return out, nil
}

// identityOf returns what a table is given, nil for nothing. Errors: several expressions match.
func (s *settings) identityOf(table string) (found *identity, err error) {
	for i := range s.identities {
		ok, err := s.identities[i].tables.Match(table)
		if err != nil {
			return nil, err
		}
		if ok && found != nil {
			return nil, fmt.Errorf("more than one expression of %s matches it", identityKey)
		}
		if ok {
			found = &s.identities[i]
		}
	}
	return found, nil
}

// setIdentities gives tables the replica identity that the config says. One that cannot be set is told to the log, as in
// Debezium. Source: PostgresReplicationConnection.initReplicaIdentity.
func (t *task) setIdentities(ctx context.Context, captured []*catalogTable) error {
	for _, c := range captured {
		want, err := t.set.identityOf(c.id())
		if err != nil {
			t.log.Error("replica identity is not set", "table", c.id(), "err", err)
			continue
		}
		if want == nil {
			continue
		}
		have, err := oneRow(ctx, t.sql, fmt.Sprintf(`select c.relreplident, (select i.relname from pg_catalog.pg_index x
join pg_catalog.pg_class i on i.oid = x.indexrelid where x.indrelid = c.oid and x.indisreplident) from pg_catalog.pg_class c where c.oid = %d`, c.oid), 2)
		if err != nil {
			return err
		}
		letter := map[string]string{"DEFAULT": "d", "FULL": "f", "NOTHING": "n", "INDEX": "i"}[want.value]
		if string(have[0]) == letter && (letter != "i" || string(have[1]) == want.index) {
			continue
		}
		value := want.value
		if want.index != "" {
			value = "USING INDEX " + quoteName(want.index)
		}
		command := "ALTER TABLE " + tableNames([]*catalogTable{c}) + " REPLICA IDENTITY " + value
		if _, err := t.sql.Exec(ctx, command).ReadAll(); err != nil {
			if t.sql.IsClosed() {
				return connectors.Errorf("postgres: %s: %w", command, err)
			}
			t.log.Error("replica identity is not set", "command", command, "err", err)
			continue
		}
		t.log.Info("replica identity is set", "command", command)
	}
	return nil
}

// estimates are about how many rows tables have, by their oids; those that the server has never counted are left out.
func (t *task) estimates(ctx context.Context, tables []*table) (map[uint32]int64, error) {
	if len(tables) == 0 {
		return nil, nil
	}
	oids := make([]string, len(tables))
	for i, c := range tables {
		oids[i] = fmt.Sprint(c.oid)
	}
	// Before version 14 a table that was never analysed has 0 rows, later -1. A file without blocks has none.
	rows, err := query(ctx, t.sql, `select c.oid, greatest(c.reltuples, 0)::bigint from pg_catalog.pg_class c
where c.oid in (`+strings.Join(oids, ", ")+") and (c.reltuples > 0 or c.relkind = 'r' and pg_catalog.pg_relation_size(c.oid) = 0)")
	if err != nil {
		return nil, connectors.Errorf("postgres: estimate the rows of tables: %w", err)
	}
	out := make(map[uint32]int64, len(rows))
	for _, r := range rows {
		out[oid(r[0])] = number(r[1])
	}
	return out, nil
}

// asListed puts tables into the order of table.include.list; what one expression of it matches, and the rest, stay in theirs.
// Source: RelationalSnapshotChangeEventSource.addSignalingCollectionAndSort.
func (s *settings) asListed(tables []*table) error {
	places := make(map[*table]int, len(tables))
	for _, t := range tables {
		var err error
		if places[t], err = s.tables.Include.First(t.id()); err != nil {
			return connectors.Errorf("postgres: table.include.list: %w", err)
		}
	}
	slices.SortStableFunc(tables, func(a, b *table) int { return places[a] - places[b] })
	return nil
}

// rowOrder is snapshot.tables.order.by.row.count: 0 leaves tables in their order, 1 puts those with few rows first, -1
// last.
type rowOrder int

func (o rowOrder) sort(tables []*table, estimates map[uint32]int64) {
	if o != 0 {
		slices.SortStableFunc(tables, func(a, b *table) int { return int(o) * cmp.Compare(estimates[a.oid], estimates[b.oid]) })
	}
}
