//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_Ranges copies a table in one piece and in ranges of its blocks: the rows are the same, and those of a range
// come in the table's order.
func TestPostgres_Ranges(t *testing.T) {
	t.Parallel() // servers wait more than they work
	const rows, threads = 6_300, 3
	c := newCapture(t, nil)
	db := c.server.Connect("postgres")
	defer db.Close()
	// A row fills a block: it takes few of them to be large.
	db.Exec("create table large (id int primary key, text text) with (fillfactor = 10)")
	db.Exec("alter table large alter text set storage plain")
	db.Exec(fmt.Sprintf("insert into large select i, repeat('x', 900) from generate_series(1, %d) i", rows))
	w := c.worker(t, harness.Millrace, "offsets")
	w.StartReady(t)
	ids := map[string][]int{}
	for _, n := range []string{"1", fmt.Sprint(threads)} {
		s := c.side(harness.Unique(t, "ranges"), harness.Properties{"snapshot.mode": "initial_only", "snapshot.max.threads": n})
		topic := s.name + "." + capturePrefix + ".public.large"
		c.kafka.CreateTopic(topic, 1, nil)
		w.Create(t, s.name, s.config)
		c.kafka.WaitCount(topic, rows, captureMax)
		marks := map[string]int{}
		for _, r := range c.kafka.Consume(topic)[0] {
			var v struct {
				Payload struct {
					After  struct{ ID int }
					Source struct{ Snapshot string }
				}
			}
			if err := json.Unmarshal(r.Value, &v); err != nil {
				t.Fatal(err)
			}
			ids[n] = append(ids[n], v.Payload.After.ID)
			marks[v.Payload.Source.Snapshot]++
		}
		if marks["first"] != 1 || marks["last"] != 1 || marks["true"] != rows-2 {
			t.Errorf("in %s: marks %v", n, marks)
		}
	}
	one, several := ids["1"], ids[fmt.Sprint(threads)]
	if !slices.IsSorted(one) {
		t.Error("in one piece the rows are not in the table's order")
	}
	if slices.Equal(one, several) {
		t.Error("the table was not copied in ranges")
	}
	var at [threads]int // the last row of each range
	for _, id := range several {
		r := (id - 1) * threads / rows
		if id <= at[r] {
			t.Fatalf("range %d: row %d after %d", r, id, at[r])
		}
		at[r] = id
	}
	slices.Sort(several)
	if !slices.Equal(one, several) {
		t.Errorf("%d rows in ranges, %d in one piece", len(several), len(one))
	}
}
