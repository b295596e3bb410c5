package store

import (
	"errors"
	"slices"
	"testing"
)

func TestLeaderWriter_TheNewestLeaderAloneWrites(t *testing.T) {
	c := startBroker(t)
	open := func(support string) *ConfigStore {
		s, _ := openConfigs(t, workerProps(c, "exactly.once.source.support", support, "group.id", "g", "isolation.level", "read_uncommitted"))
		return s
	}
	old, next := open("preparing"), open("enabled")
	if err := old.PutConnector(t.Context(), "early", map[string]string{}, ""); err == nil {
		t.Fatal("it wrote without the right")
	}
	must(t, old.Claim(t.Context()))
	must(t, old.PutTaskConfigs(t.Context(), "a", []map[string]string{{}}))
	must(t, old.PutConnector(t.Context(), "a", map[string]string{}, "PAUSED"))
	must(t, next.Claim(t.Context()))
	must(t, next.PutConnector(t.Context(), "b", map[string]string{}, ""))
	var lost *PrivilegedWriteError
	if err := old.PutConnector(t.Context(), "late", map[string]string{}, ""); !errors.As(err, &lost) {
		t.Fatal(err)
	}
	must(t, old.PutTarget(t.Context(), "b", "PAUSED")) // everybody may
	must(t, next.ReadToEnd(t.Context()))
	if got := next.Configs(); !slices.Equal(got.Connectors(), []string{"a", "b"}) || got.Target("b") != "PAUSED" {
		t.Fatal(stateText(got))
	}
	must(t, old.Claim(t.Context()))
	must(t, old.PutTaskCount(t.Context(), "b", 3))
	if n, ok := old.Configs().TaskCountRecord("b"); n != 3 || !ok {
		t.Fatal(n, ok)
	}
}
