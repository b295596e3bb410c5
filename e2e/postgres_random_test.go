//go:build e2e || soak

package e2e

import (
	"fmt"
	"math/rand"
	"strings"
)

// randomTables are what randomStatements changes: every replica identity, TOASTed columns, a table without key.
var randomTables = []string{
	"create table plain (id int primary key, n numeric(12,3), t text, ts timestamptz, arr int[])",
	"create table wide (a int, b text, big text, j jsonb, u uuid, primary key (a, b))",
	"alter table wide replica identity full",
	"create table keyless (x int, y text, f double precision)",
	"alter table keyless replica identity full",
	"create table indexed (id int not null, code text not null, v bytea, d date)",
	"create unique index indexed_code on indexed (code)",
	"alter table indexed replica identity using index indexed_code",
	"insert into plain select i, i / 7.0, 'row ' || i, '2024-01-01Z'::timestamptz + i * interval '1 hour', array[i, i + 1] from generate_series(1, 50) i",
	"insert into wide select i, 'b' || i, repeat('x', i * 100), jsonb_build_object('i', i), md5(i::text)::uuid from generate_series(1, 50) i",
	"insert into keyless select i, 'y' || i, i / 3.0 from generate_series(1, 20) i",
	"insert into indexed select i, 'c' || i, decode(md5(i::text), 'hex'), '2024-01-01'::date + i from generate_series(1, 50) i",
}

// randomStatements returns the statements of n transactions.
func randomStatements(seed int64, n int) (out []string) {
	c := newRandomChanges(seed)
	for range n {
		out = append(out, c.transaction()...)
	}
	return out
}

// randomChanges makes transactions: inserts, updates of keys and of TOASTed values, deletes, truncates, new columns,
// messages, rollbacks, savepoints and two-phase commits.
type randomChanges struct {
	r       *rand.Rand
	next    int // number of the last new row
	columns int // that were added to plain
	born    int // tables born1, born2, … that were created: the last one is there
}

func newRandomChanges(seed int64) *randomChanges {
	return &randomChanges{r: rand.New(rand.NewSource(seed)), next: 1000}
}

// toast is a value that is kept outside of its row.
func (c *randomChanges) toast() string {
	return fmt.Sprintf("(select string_agg(md5((i + %d)::text), '') from generate_series(1, %d) i)", c.r.Intn(1e6), 100+c.r.Intn(200))
}

// change is one statement.
func (c *randomChanges) change() string {
	c.next++
	r, next := c.r, c.next
	id := 1 + r.Intn(next)
	if r.Intn(2) == 0 {
		id = 1 + r.Intn(50)
	}
	switch r.Intn(20) {
	case 0, 1:
		return fmt.Sprintf("insert into plain (id, n, t, ts, arr) values (%d, %d.125, 'new %d', '2024-02-03 04:05:06.%06dZ', '{%d,NULL}')", next, r.Intn(1e6), next, r.Intn(1e6), next)
	case 2:
		return fmt.Sprintf("insert into plain (id, t) values (%d, %s)", next, c.toast())
	case 3:
		return fmt.Sprintf("update plain set n = %d where id = %d", r.Intn(1000), id)
	case 4:
		return fmt.Sprintf("update plain set id = %d where id = %d", next, id)
	case 5:
		return fmt.Sprintf("delete from plain where id = %d", id)
	case 6:
		return fmt.Sprintf("insert into wide (a, b, big, j) values (%d, 'w', %s, '{\"k\": [%d]}')", next, c.toast(), next)
	case 7:
		return fmt.Sprintf("update wide set j = '{\"u\": %d}' where a = %d", r.Intn(1000), id)
	case 8:
		return fmt.Sprintf("update wide set b = 'moved %d' where a = %d", next, id)
	case 9:
		return fmt.Sprintf("delete from wide where a = %d", id)
	case 10:
		return fmt.Sprintf("insert into keyless select %d, 'many', i from generate_series(1, %d) i", next, 1+r.Intn(20))
	case 11:
		return fmt.Sprintf("update keyless set y = 'u%d' where x = %d", next, id)
	case 12:
		return fmt.Sprintf("delete from keyless where x = %d", id)
	case 13:
		return fmt.Sprintf("insert into indexed (id, code, v) values (%d, 'c%d', '\\x%06x')", next, next, r.Intn(1<<24))
	case 14:
		return fmt.Sprintf("update indexed set id = id + 1, code = code || '%d' where id = %d", next, id)
	case 15:
		return fmt.Sprintf("update plain set t = %s where id = %d", c.toast(), id)
	case 16:
		if c.born > 0 {
			return fmt.Sprintf("insert into born%d (id, v) values (%d, 'v%d')", c.born, next, next)
		}
	case 17:
		if r.Intn(4) == 0 {
			return fmt.Sprintf("select pg_logical_emit_message(true, 'note', 'of %d')", next)
		}
	case 18: // a sub-transaction of its own for each row, some of which fail
		return fmt.Sprintf("do $$ begin for i in 1..%d loop begin insert into keyless values (%d, 'block', i); if i %% 2 = 0 then raise unique_violation; end if; exception when unique_violation then null; end; end loop; end $$", 1+r.Intn(4), next)
	}
	return fmt.Sprintf("delete from indexed where id = %d", id)
}

// transaction is one transaction, as statements that a session executes one after the other.
func (c *randomChanges) transaction() (out []string) {
	r := c.r
	var tx []string
	for range 1 + r.Intn(6) {
		tx = append(tx, c.change())
	}
	switch r.Intn(20) {
	case 0:
		tx = append(tx, "rollback")
	case 1, 2:
		tx = append(tx, "savepoint s", c.change(), "rollback to s", c.change(), "commit")
	case 3:
		tx = append(tx, "savepoint s", c.change(), "savepoint nested", c.change(), "rollback to nested", c.change(), "release s", "savepoint t", c.change(), "commit")
	case 4:
		name := fmt.Sprintf("two %d", c.next)
		out = append(out, "begin; "+strings.Join(tx, "; ")+"; prepare transaction '"+name+"'")
		if r.Intn(3) == 0 {
			return append(out, "rollback prepared '"+name+"'")
		}
		return append(out, "commit prepared '"+name+"'")
	case 5:
		switch r.Intn(6) {
		case 0:
			tx = append(tx, "truncate keyless")
		case 1:
			tx = append(tx, "truncate indexed, keyless", c.change())
		}
		tx = append(tx, "commit")
	case 6:
		if c.columns < 10 && r.Intn(3) == 0 {
			c.columns++
			out = append(out, fmt.Sprintf("alter table plain add column extra%d int", c.columns))
		}
		tx = append(tx, "commit")
	default:
		tx = append(tx, "commit")
	}
	return append(out, "begin; "+strings.Join(tx, "; "))
}
