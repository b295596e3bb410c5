package postgres

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
)

// TestLayout_Withdraw lays out rows of which one has a value that its column does not take, by what the config says of it.
func TestLayout_Withdraw(t *testing.T) {
	for _, c := range []struct {
		converting, processing string
		want                   string // amounts; "": refused
		logged                 string // at INFO and above
	}{
		{"warn", "fail", "[12.34 12.34 null 12.34 12.34]", "null stands for it"},
		{"skip", "fail", "[12.34 12.34 null 12.34 12.34]", ""},
		{"fail", "fail", "", ""},
		{"fail", "warn", "[12.34 12.34 12.34]", "it is left out"},
		{"fail", "skip", "[12.34 12.34 12.34]", ""},
		{"fail", "ignore", "[12.34 12.34 12.34]", ""},
	} {
		t.Run(c.converting+" "+c.processing, func(t *testing.T) {
			l, bu, table, r := orders(t, map[string]string{convertingKey: c.converting, processingKey: c.processing})
			var logged bytes.Buffer
			l.log = slog.New(slog.NewTextHandler(&logged, nil))
			d, buf, one := inserts(t, r, 3)
			copy(buf[one+bytes.Index(buf[one:], []byte("12.34")):], "12x34") // of the second tuple
			feed(t, d, buf, one, 3)
			var rs rows
			for _, row := range [][2]int32{{0, 1}, {0, 2}, {1, 2}, {2, 2}, {2, 3}} { // tuple and event: the third row is bad
				rs.add(cdc.OpCreate, row[0], pgoutput.None, row[0], pgoutput.None, row[1])
			}
			relation := d.Changed[0]
			from := cells{buf: buf, cells: relation.Rows.Cells, width: relation.Rows.Width}
			pool := batch.NewPool(mem.Checked(t))
			have := ""
			for range 2 {
				b := pool.New(len(rs.ops))
				err := l.batch(b, table, &rs, from, l.streamSource(b, table, bu.source, &rs, d), nil, time.Unix(0, 0))
				if err == nil {
					var amounts []string
					for i := range rs.ops {
						if v := b.Value.Child("after").Child("amount").Value(i); v.IsNull() {
							amounts = append(amounts, "null")
						} else {
							amounts = append(amounts, fmt.Sprintf("%d.%02d", v.Decimal().Unscaled.Int64()/100, v.Decimal().Unscaled.Int64()%100))
						}
					}
					have = fmt.Sprint(amounts)
				}
				b.Release()
				if err == nil || !l.withdraw(pool, table, &rs, from, err, func(e int32) uint64 { return d.Events[e].LSN }) {
					break
				}
			}
			if have != c.want {
				t.Errorf("%s, want %q", have, c.want)
			}
			if c.logged == "" && logged.Len() > 0 || !strings.Contains(logged.String(), c.logged) {
				t.Errorf("logged %q, want %q", logged.String(), c.logged)
			}
		})
	}
}
