package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPlayground_DemonstrationOfTheFlags(t *testing.T) {
	for _, c := range []struct {
		flags devFlags
		args  string
		files string
		err   string
	}{
		{devFlags{}, "a.json cdc", "a.json cdc", ""},
		{devFlags{demo: filesDemo}, "a.json", "a.json", ""},
		{devFlags{demo: filesDemo}, "files a.json", "a.json", ""},
		{devFlags{demo: "nothing"}, "", "", "--demo nothing: files and cdc are known"},
		{devFlags{demo: filesDemo, postgres: "postgres://h/d"}, "", "", "--postgres is the database of --demo cdc"},
		{devFlags{postgres: "postgres://h/d"}, "cdc", "cdc", "--postgres is the database of --demo cdc"},
		{devFlags{demo: filesDemo, postgres: "postgres://h/d"}, "cdc a.json", "a.json", "--postgres with --data: slot and table are removed"},
	} {
		g := &playground{kept: true}
		files, err := g.prepare(t.Context(), &c.flags, strings.Fields(c.args))
		if text := strings.Join(files, " "); text != c.files {
			t.Errorf("%+v %s: files %s", c.flags, c.args, text)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
			t.Errorf("%+v %s: %v", c.flags, c.args, err)
		}
		if _, ok := g.demo.(*fileDemo); ok != (c.err == "" && c.flags.demo == filesDemo) {
			t.Errorf("%+v %s: %T", c.flags, c.args, g.demo)
		}
	}
}

func TestFindPostgres_NewestOrWhatToInstall(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", filepath.Join(dir, "nothing"))
	places := []string{filepath.Join(dir, "postgresql", "*", "bin"), filepath.Join(dir, "pgsql-*", "bin")}
	if _, err := findPostgres(places); err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") || !strings.Contains(err.Error(), "--postgres postgres://") {
		t.Errorf("without a server: %v", err)
	}
	for _, version := range []string{"postgresql/9.6", "postgresql/15", "pgsql-14"} {
		bin := filepath.Join(dir, version, "bin")
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(bin, "postgres"), "")
	}
	if have, err := findPostgres(places); err != nil || have != filepath.Join(dir, "postgresql", "15", "bin") {
		t.Errorf("%s, %v", have, err)
	}
}

func TestCDCConfig(t *testing.T) {
	config, err := cdcConfig("postgres://relay:secret@db.example:5433/shop?sslmode=require")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"database.hostname": "db.example", "database.port": "5433", "database.user": "relay", "database.password": "secret", "database.dbname": "shop", "database.sslmode": "require",
	} {
		if config[key] != want {
			t.Errorf("%s = %s", key, config[key])
		}
	}
	if text := withoutPassword("postgres://relay:secret@db.example/shop"); strings.Contains(text, "secret") {
		t.Error(text)
	}
}

func TestRelay_LagIsOfChangesAlone(t *testing.T) {
	r := &relay{}
	at := time.UnixMilli(1_700_000_000_000)
	r.read([]byte(`{"id":1}`), []byte(`{"op":"r","source":{"lsn":10,"ts_ms":1}}`), at)
	if s := r.take(); s.lag != 0 || s.lsn != 10 || s.key != `{"id":1}` {
		t.Errorf("of a snapshot: %+v", s)
	}
	r.read([]byte(`{"id":2}`), []byte(`{"op":"c","source":{"lsn":30,"ts_ms":1699999999990}}`), at)
	r.read([]byte(`{"id":3}`), []byte(`{"op":"u","source":{"lsn":40,"ts_ms":1699999999995}}`), at)
	r.read([]byte(`{"id":3}`), nil, at)
	if s := r.take(); s.lag != 10*time.Millisecond || s.lsn != 40 || s.key != `{"id":3}` || !strings.Contains(s.value, `"u"`) {
		t.Errorf("%+v", s)
	}
	if s := r.take(); s.lag != 0 || s.lsn != 40 {
		t.Errorf("without a change since: %+v", s)
	}
}

func TestLiveView_Notes(t *testing.T) {
	before, now := snapshots()
	var plain, wide strings.Builder
	notes := func() []string { return []string{"relay=r lag_ms=3", "record " + strings.Repeat("x", 200)} }
	(&liveView{out: &plain, last: before, total: tallied(), notes: notes}).show(0, now)
	if !strings.Contains(plain.String(), "2026-03-01T12:00:02Z relay=r lag_ms=3\n") {
		t.Error(plain.String())
	}
	v := &liveView{out: &wide, terminal: true, width: 80, last: before, total: tallied(), notes: notes}
	v.show(0, now)
	if text := wide.String(); !strings.Contains(text, "relay=r lag_ms=3\x1b[K\n") || strings.Contains(text, strings.Repeat("x", 80)) || v.height != strings.Count(text, "\n") {
		t.Errorf("height %d: %q", v.height, text)
	}
}
