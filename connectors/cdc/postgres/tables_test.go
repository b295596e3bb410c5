package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors/cdc"
)

func TestParseIdentities(t *testing.T) {
	s, err := parse(Classes()[0].Def, minimal(map[string]string{identityKey: `public.a:FULL, public.(b|c):index by_code,other\..*:NOTHING`}))
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]string{"public.a": "FULL ", "public.b": "INDEX by_code", "other.x": "NOTHING ", "public.d": ""} {
		got := ""
		if i, err := s.identityOf(table); err != nil {
			t.Error(err)
		} else if i != nil {
			got = i.value + " " + i.index
		}
		if got != want {
			t.Errorf("%s: %q, want %q", table, got, want)
		}
	}
	s, err = parse(Classes()[0].Def, minimal(map[string]string{identityKey: "public.a:FULL,public.*:DEFAULT"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.identityOf("public.a"); err == nil {
		t.Error("two expressions match one table")
	}
}

func TestSurroundings(t *testing.T) {
	s, err := parse(Classes()[0].Def, minimal(map[string]string{
		channelsKey: "sink,log", notifyTopicKey: "notes", "guardrail.collections.max": "3", "guardrail.collections.limit.action": "FAIL",
		"column.propagate.source.type": `public\.a\..*`, "datatype.propagate.source.type": `.*\.int4`, watchKey: "0", "xmin.fetch.interval.ms": "20",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if s.notifyTopic != "notes" || !s.notifyLog || s.tablesMax != 3 || !s.tablesMaxFails || s.watchInterval != 0 || s.xminInterval.Milliseconds() != 20 {
		t.Errorf("%+v", s)
	}
	for column, want := range map[[3]string]bool{{"public.a", "x", "text"}: true, {"public.b", "x", "text"}: false, {"public.b", "x", "int4"}: true} {
		if got, err := s.sourceTypes.of(column[0], column[1], column[2]); got != want || err != nil {
			t.Errorf("%v: %v, %v", column, got, err)
		}
	}
	for key, value := range map[string]string{
		channelsKey: "jmx", identityKey: "public.a", "guardrail.collections.limit.action": "stop", "snapshot.tables.order.by.row.count": "up",
		"column.propagate.source.type": "(", watchKey: "often",
	} {
		if _, err := parse(Classes()[0].Def, minimal(map[string]string{key: value})); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%s: %v", key, value, err)
		}
	}
	for _, channels := range []string{"sink", "pigeon"} {
		if _, err := parse(Classes()[0].Def, minimal(map[string]string{channelsKey: channels})); err == nil || !strings.Contains(err.Error(), "notification.") {
			t.Errorf("%s: %v", channels, err)
		}
	}
}

func TestRowOrder(t *testing.T) {
	tables := func() (out []*table) {
		for i, name := range []string{"a", "b", "c", "d"} {
			out = append(out, &table{catalogTable: catalogTable{oid: uint32(i), name: name}})
		}
		return out
	}
	estimates := map[uint32]int64{0: 5, 1: 9, 3: 5} // c was never counted
	for order, want := range map[rowOrder]string{0: "[a b c d]", 1: "[c a d b]", -1: "[b a d c]"} {
		all := tables()
		order.sort(all, estimates)
		var names []string
		for _, c := range all {
			names = append(names, c.name)
		}
		if got := fmt.Sprint(names); got != want {
			t.Errorf("%d: %s, want %s", order, got, want)
		}
	}
}

func TestAsListed(t *testing.T) {
	include, err := cdc.ParsePatterns("table.include.list", "s.c,s.(a|d),s.*")
	if err != nil {
		t.Fatal(err)
	}
	var all []*table
	for _, name := range []string{"a", "b", "c", "d"} {
		all = append(all, &table{catalogTable: catalogTable{schema: "s", name: name}})
	}
	if err := (&settings{tables: cdc.Lists{Include: include}}).asListed(all); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	if got := fmt.Sprint(names); got != "[c a d b]" {
		t.Error(got)
	}
}

// TestMetricSet_Names checks that a name or label is one of Prometheus, and comes once.
func TestMetricSet_Names(t *testing.T) {
	set := Classes()[0].Metrics
	var names []string
	for _, m := range set.Metrics {
		if strings.Trim(m.Name+m.By, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || m.Doc == "" || slices.Contains(names, m.Name) {
			t.Errorf("%+v", m)
		}
		names = append(names, m.Name)
	}
}

func TestReadHealth(t *testing.T) {
	row := func(texts ...string) (out [][]byte) {
		for _, s := range texts {
			out = append(out, []byte(s))
		}
		return out
	}
	s, err := readHealth(row("t", "4096", "1.5e10", "-1", "extended"))
	if err != nil || !s.active || s.lag != 4096 || s.retained != 1.5e10 || s.safe >= 0 || s.status != "extended" {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = readHealth([][]byte{[]byte("f"), nil, nil, []byte("77"), []byte("lost")}); err != nil || s.active || s.lag != 0 || s.safe != 77 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err = readHealth(row("t", "many", "1", "1", "x")); err == nil {
		t.Error("a lag that is no number passes")
	}
}
