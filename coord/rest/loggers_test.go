package rest

import (
	"context"
	"testing"
)

// clusterHerder tells other workers of levels.
type clusterHerder struct {
	fakeHerder
	told []string
}

func (h *clusterHerder) SetClusterLoggerLevel(_ context.Context, logger, level string) error {
	h.told = append(h.told, logger+"="+level)
	return nil
}

func TestLoggers_AClusterIsToldAndNothingIsSetHere(t *testing.T) {
	h, loggers := &clusterHerder{}, newLoggers()
	s := newServer(t, nil)
	s.Ready(h, loggers)
	before, _ := loggers.Level("org.a")
	for _, c := range []struct {
		query, level string
		status, told int
	}{
		{"?scope=cluster", "debug", 204, 1},
		{"?scope=CLUSTER", "ERROR", 204, 2},
		{"?scope=cluster", "LOUD", 404, 2},
	} {
		if got := ask(t, s, wire("PUT /admin/loggers/org.a"+c.query, `{"level":"`+c.level+`"}`)); got.code != c.status || len(h.told) != c.told {
			t.Errorf("%s %s: %d %s, told %q", c.query, c.level, got.code, got.body, h.told)
		}
	}
	if after, _ := loggers.Level("org.a"); after != before {
		t.Errorf("it is %v here, and was %v", after, before)
	}
	if h.told[0] != "org.a=debug" {
		t.Errorf("told %q", h.told)
	}
	if got := ask(t, s, wire("PUT /admin/loggers/org.a?scope=worker", `{"level":"DEBUG"}`)); got.code != 200 || len(h.told) != 2 {
		t.Errorf("worker: %d %s, told %q", got.code, got.body, h.told)
	}
}
