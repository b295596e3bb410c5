package logs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// sparseLog writes records at given seconds.
type sparseLog struct {
	out strings.Builder
	log *slog.Logger
}

func newSparseLog() *sparseLog {
	s := &sparseLog{}
	s.log = Sparse(slog.New(slog.NewTextHandler(&s.out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			a.Value = slog.Int64Value(a.Value.Time().Unix())
		}
		return a
	}})), 30*time.Second)
	return s
}

func (s *sparseLog) at(t *testing.T, log *slog.Logger, second int64, level slog.Level, message string, attrs ...slog.Attr) {
	t.Helper()
	r := slog.NewRecord(time.Unix(second, 0), level, message, 0)
	r.AddAttrs(attrs...)
	if err := log.Handler().Handle(context.Background(), r); err != nil {
		t.Fatal(err)
	}
}

func TestSparse_WritesRepetitionsOnceInAWhile(t *testing.T) {
	s := newSparseLog()
	addr := func(a string) slog.Attr { return slog.String("addr", a) }
	for second := range int64(64) {
		for n := range 3 {
			s.at(t, s.log, second, slog.LevelWarn, "no connection", addr("a:1"), slog.Any("err", fmt.Errorf("port %d", n)), slog.Int("try", n))
		}
	}
	s.at(t, s.log, 64, slog.LevelWarn, "no connection", addr("b:1"))
	s.at(t, s.log, 64, slog.LevelError, "no answer", addr("a:1"))
	s.at(t, s.log, 64, slog.LevelInfo, "fine", addr("a:1"))
	s.at(t, s.log, 64, slog.LevelInfo, "fine", addr("a:1"))
	s.at(t, s.log.With("topic", "t"), 64, slog.LevelWarn, "no connection", addr("a:1"))
	s.at(t, s.log.WithGroup("g"), 64, slog.LevelWarn, "no connection", addr("a:1"))
	const want = `time=0 level=WARN msg="no connection" addr=a:1 err="port 0" try=0
time=30 level=WARN msg="no connection" addr=a:1 err="port 0" try=0 repeated=89
time=60 level=WARN msg="no connection" addr=a:1 err="port 0" try=0 repeated=89
time=64 level=WARN msg="no connection" addr=b:1
time=64 level=ERROR msg="no answer" addr=a:1
time=64 level=INFO msg=fine addr=a:1
time=64 level=INFO msg=fine addr=a:1
time=64 level=WARN msg="no connection" topic=t addr=a:1
time=64 level=WARN msg="no connection" g.addr=a:1
`
	if got := s.out.String(); got != want {
		t.Errorf("lines\n%swant\n%s", got, want)
	}
}

func TestSparse_RemembersSoManyAtMost(t *testing.T) {
	s := newSparseLog()
	count := func() int { return strings.Count(s.out.String(), "\n") }
	for n := range 2 * sparseMax {
		s.at(t, s.log, 0, slog.LevelWarn, fmt.Sprintf("line %d", n))
	}
	if count() != 2*sparseMax {
		t.Fatalf("%d lines of %d different ones", count(), 2*sparseMax)
	}
	s.at(t, s.log, 1, slog.LevelWarn, "line 0")
	if count() != 2*sparseMax {
		t.Error("what is remembered is repeated")
	}
	s.at(t, s.log, 30, slog.LevelWarn, "another")
	s.at(t, s.log, 31, slog.LevelWarn, "another")
	if count() != 2*sparseMax+1 {
		t.Error("what is old takes the room of what is new")
	}
}
