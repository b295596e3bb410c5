package cdc

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"testing"
)

func TestNotifications(t *testing.T) {
	var nobody *Notifications
	nobody.Initial(NotifyStarted)
	if len(nobody.Take()) != 0 {
		t.Error("nobody tells")
	}
	var out bytes.Buffer
	n := NewNotifications("shop", "events", slog.New(slog.NewTextHandler(&out, nil)))
	n.Initial(NotifyTableComplete, NotifyScanned, "public.a", NotifyStatus, "SUCCEEDED")
	n.Incremental(NotifyAborted, "signal-1")
	all := n.Take()
	if len(all) != 2 || len(n.Take()) != 0 {
		t.Fatalf("%d records", len(all))
	}
	first := all[0].Value.Struct().Fields
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if id := first[0].Str(); !uuid.MatchString(id) || all[0].Key.Struct().Fields[0].Str() != id || first[1].Str() != "TABLE_SCAN_COMPLETED" || first[2].Str() != "Initial Snapshot" {
		t.Errorf("%v", first)
	}
	// The order of java.util.HashMap.
	for i, want := range []string{"scanned_collection=public.a", "connector_name=shop", "status=SUCCEEDED"} {
		m := first[3].Map()
		if got := m.Keys[i].Str() + "=" + m.Values[i].Str(); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
	if second := all[1].Value.Struct().Fields; second[0].Str() != "signal-1" || second[2].Str() != "Incremental Snapshot" || all[1].Topic != "events" {
		t.Errorf("%v", second)
	}
	if got := out.String(); strings.Count(got, "msg=notification") != 2 || !strings.Contains(got, "id=signal-1 aggregate_type=\"Incremental Snapshot\" type=ABORTED") {
		t.Errorf("%s", got)
	}
	quiet := NewNotifications("shop", "", nil)
	quiet.Initial(NotifySkipped)
	if len(quiet.Take()) != 0 {
		t.Error("a record without a topic")
	}
}
