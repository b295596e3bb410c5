package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/millrace/millrace/connectors"
)

// partBlocksMin is the least size of a range of a table, in blocks of mostly 8 KiB: a connection for less does not pay.
const partBlocksMin = 2048

// progress is how far the snapshot of one table is.
type progress struct {
	table *table
	parts int      // that are not complete
	rows  int64    // handed on
	tail  *copying // whose last row is held back; nil: none
	begun bool
}

// part is what one COPY reads: the blocks of a table from one to another. The zero bounds are those of the table.
type part struct {
	of       *progress
	from, to int64
}

// where is the condition of a part, for rows of its table.
func (p *part) where() string {
	var all []string
	if p.from > 0 {
		all = append(all, fmt.Sprintf("ctid >= '(%d,0)'::pg_catalog.tid", p.from))
	}
	if p.to > 0 {
		all = append(all, fmt.Sprintf("ctid < '(%d,0)'::pg_catalog.tid", p.to))
	}
	return strings.Join(all, " AND ")
}

// plan makes the parts that are to be copied: whole tables, and ranges of those that are large, where there are
// connections for them. The last range of a table has no end: a table that inherits from it may have more blocks.
func (s *snapshot) plan(ctx context.Context, tables []*table) error {
	blocks, err := s.blocks(ctx, tables)
	if err != nil {
		return err
	}
	for _, t := range tables {
		p := &progress{table: t}
		for _, one := range ranges(blocks[t.oid], s.t.set.snapshotThreads) {
			s.todo = append(s.todo, part{p, one[0], one[1]})
			p.parts++
		}
	}
	s.tables = len(tables)
	return nil
}

// ranges cuts blocks into up to most ranges of about one size.
func ranges(blocks int64, most int) (out [][2]int64) {
	n := max(1, min(int64(most), blocks/partBlocksMin))
	for i := range n {
		out = append(out, [2]int64{blocks * i / n, blocks * (i + 1) / n})
	}
	out[n-1][1] = 0
	return out
}

// blocks returns the sizes of tables that may be cut. Others have none: what a statement selects has no ctid, and before
// version 14 each range would read the whole table.
func (s *snapshot) blocks(ctx context.Context, tables []*table) (map[uint32]int64, error) {
	var cut []string
	for _, t := range tables {
		if !t.partitioned && s.statements[t.id()] == "" {
			cut = append(cut, fmt.Sprint(t.oid))
		}
	}
	if s.t.set.snapshotThreads == 1 || len(cut) == 0 || serverVersion(s.t.sql) < 14 {
		return nil, nil
	}
	rows, err := query(ctx, s.t.sql, "select oid, pg_catalog.pg_relation_size(oid) / pg_catalog.current_setting('block_size')::int from pg_catalog.pg_class where oid in ("+strings.Join(cut, ", ")+")")
	if err != nil {
		return nil, connectors.Errorf("postgres: sizes of tables: %w", err)
	}
	out := map[uint32]int64{}
	for _, r := range rows {
		out[oid(r[0])] = number(r[1])
	}
	return out, nil
}
