package postgres

import (
	"maps"
	"strings"
	"testing"
)

func minimal(more map[string]string) map[string]string {
	props := map[string]string{"topic.prefix": "p", "database.hostname": "h", "database.user": "u", "database.dbname": "d", "plugin.name": "pgoutput"}
	maps.Copy(props, more)
	return props
}

func TestSettings(t *testing.T) {
	d := Classes()[0].Def
	s, err := parse(d, minimal(map[string]string{"snapshot.mode": "never", "skipped.operations": "c,t", "table.include.list": "public.a,public.b,public.spatial_.*", "unavailable.value.placeholder": "hex:0aff"}))
	if err != nil {
		t.Fatal(err)
	}
	if s.snapshotMode != "no_data" || !s.skip.create || !s.skip.truncate || s.skip.remove || string(s.modes.Placeholder) != "\x0a\xff" {
		t.Errorf("%+v", s)
	}
	for table, want := range map[string]bool{"a": true, "c": false, "spatial_ref_sys": false, "spatial_data": true} {
		if got, err := s.captured("public", table); got != want || err != nil {
			t.Errorf("public.%s: %v, %v", table, got, err)
		}
	}
	if got, _ := s.captured("pg_catalog", "a"); got {
		t.Error("the catalog is captured")
	}
}

// TestSettings_Refuses checks that what does not work is refused by the name of its key.
func TestSettings_Refuses(t *testing.T) {
	d := Classes()[0].Def
	for key, value := range map[string]string{
		"topic.prefix": "", "snapshot.mode": "custom", "decimal.handling.mode": "exact", "converters": "isbn", "plugin.name": "wal2json",
		"table.include.list": "(", "message.key.columns": "x", "column.mask.with.many.chars": "a", "skipped.operations": "x", "errors.max.retries": "many",
	} {
		_, err := parse(d, minimal(map[string]string{key: value}))
		if err == nil {
			t.Errorf("%s=%s passes", key, value)
		} else if !strings.Contains(err.Error(), strings.TrimSuffix(key, "with.many.chars")) {
			t.Errorf("%s=%s: the error does not name it: %v", key, value, err)
		}
	}
	if _, err := parse(d, minimal(map[string]string{"table.include.list": "a", "table.exclude.list": "b"})); err == nil {
		t.Error("both lists pass")
	}
}
