package smttest

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

// File runs the cases of a file with classes of set. rewrite writes what came out into the file in place
// of what it expects: for review.
func File(t TB, path string, set smt.Set, rewrite bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("smttest: %v", err)
	}
	var out []string
	for _, block := range strings.Split(strings.TrimRight(string(text), "\n"), "\n\n") {
		c, err := parseCase(block)
		if err != nil {
			t.Fatalf("smttest: %s: %v in\n%s", path, err, block)
		}
		if !c.some {
			out = append(out, block)
			continue
		}
		got := c.run(t, set)
		if got != c.want && !rewrite {
			t.Errorf("smttest: %s:\n%swant\n%sgot\n%s", path, c.head, c.want, got)
		}
		out = append(out, c.head+c.table+"----\n"+strings.TrimRight(got, "\n"))
	}
	if !rewrite {
		return
	}
	if err := os.WriteFile(path, []byte(strings.Join(out, "\n\n")+"\n"), 0o644); err != nil {
		t.Fatalf("smttest: %v", err)
	}
}

// fileCase is one case of a file.
type fileCase struct {
	some        bool // not only comments
	head        string
	transforms  []map[string]string
	table, want string
}

func parseCase(block string) (c fileCase, err error) {
	lines := strings.Split(strings.Trim(block, "\n"), "\n")
	for len(lines) > 0 {
		l := lines[0]
		if rest, ok := strings.CutPrefix(l, "transform "); ok {
			props, err := properties(rest)
			if err != nil {
				return c, err
			}
			c.transforms = append(c.transforms, props)
		} else if !strings.HasPrefix(l, "# ") {
			break
		}
		c.head += l + "\n"
		lines = lines[1:]
	}
	if len(lines) == 0 && c.transforms == nil {
		return c, nil
	}
	c.some = true
	table, want, ok := strings.Cut(strings.Join(lines, "\n")+"\n", "----\n")
	if !ok || c.transforms == nil {
		return c, fmt.Errorf("want lines of transforms, a table, ---- and a result")
	}
	c.table, c.want = table, want
	return c, nil
}

// properties reads key=value pairs, values with blanks in quotes.
func properties(text string) (map[string]string, error) {
	out := map[string]string{}
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		key, rest, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("key=value expected, found %q", text)
		}
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, fmt.Errorf("key %q: %w", key, err)
			}
			out[key], _ = strconv.Unquote(quoted)
			text = rest[len(quoted):]
			continue
		}
		out[key], text, _ = strings.Cut(rest, " ")
	}
	return out, nil
}

// run returns what the chain makes of the table.
func (c *fileCase) run(t TB, set smt.Set) string {
	t.Helper()
	b, err := batchtest.Read(batch.NewPool(mem.Checked(t)), c.table)
	if err != nil {
		t.Fatalf("smttest: %v in\n%s", err, c.table)
	}
	work := []*batch.Batch{b}
	var failed []string
	for _, props := range c.transforms {
		class, err := find(set, props["type"])
		if err != nil {
			t.Fatalf("smttest: %v", err)
		}
		own := map[string]string{}
		for k, v := range props {
			if k != "type" {
				own[k] = v
			}
		}
		tr, err := class.New(own, smt.Context{})
		if err != nil {
			release(work)
			return "refused: " + failure(err) + "\n"
		}
		for _, x := range work {
			more, err := tr.Apply(x)
			if err != nil {
				t.Fatalf("smttest: %s: %v", props["type"], err)
			}
			work = append(work, more...)
		}
		for _, x := range work {
			for _, e := range slices.SortedFunc(slices.Values(x.Status.Errors()), byRow) {
				failed = append(failed, fmt.Sprintf("! row %d: %s\n", e.Row, failure(e.Err)))
			}
			x.Sel = append(batch.Selection{}, liveRows(x)...)
			x.Status.Reset()
		}
		if err := tr.Close(); err != nil {
			t.Errorf("smttest: %s: close: %v", props["type"], err)
		}
	}
	out := ""
	for _, x := range work {
		out += table(x)
	}
	release(work)
	if out += strings.Join(failed, ""); out == "" {
		return "no rows\n"
	}
	return out
}

func byRow(a, b batch.RowError) int { return int(a.Row) - int(b.Row) }

// find returns the class that configs would name so, or whose name ends so: MaskField$Value.
func find(set smt.Set, name string) (*smt.Class, error) {
	for _, c := range set.All() {
		if strings.HasSuffix(c.Name, "."+name) {
			return c, nil
		}
	}
	return set.Find(name)
}

// table is the live rows of a batch and their headers.
func table(b *batch.Batch) string {
	rows := liveRows(b)
	if len(rows) == 0 {
		return ""
	}
	live := b.Take(rows)
	defer live.Release()
	out := live.String()
	for r := range live.Rows() {
		for _, h := range r.Headers() {
			out += fmt.Sprintf("header of row %d: %s %s = %s\n", r.Index(), strconv.Quote(h.Key), schemaText(h.Schema), batch.AppendLiteral(nil, nil, h.Value))
		}
	}
	return out
}

func release(list []*batch.Batch) {
	for _, b := range list {
		b.Release()
	}
}
