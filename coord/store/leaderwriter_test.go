package store

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
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

// A broker that answers no write holds up neither who gives up waiting nor the end of the store.
func TestLeaderWriter_NoAnswerHoldsUpNobody(t *testing.T) {
	c := startBroker(t)
	s, _ := openConfigs(t, workerProps(c, "exactly.once.source.support", "enabled", "group.id", "g"))
	must(t, s.Claim(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	free := make(chan struct{})
	defer close(free)
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cancel()
		c.SleepControl(func() { <-free })
		return nil, errors.New("cut"), true
	})
	var lost *PrivilegedWriteError
	if err := s.PutConnector(ctx, "a", map[string]string{}, ""); !errors.As(err, &lost) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.Close()
}
