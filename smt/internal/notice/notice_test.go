package notice_test

import (
	"bytes"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/smt/internal/notice"
)

func TestNotice_FirstAtOnceThenOneAMinuteWithTheCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		n := notice.New(log, slog.LevelWarn, "record is odd")
		n.Add("orders", 1, nil)
		for range 59 {
			time.Sleep(time.Second)
			n.Add("orders", 10, func() []slog.Attr { t.Error("attributes of a line that is not written"); return nil })
		}
		time.Sleep(time.Second)
		n.Add("lines", 0, nil)
		n.Add("lines", 1, func() []slog.Attr { return []slog.Attr{slog.String("why", "x")} })
		want := "level=WARN msg=\"record is odd\" topic=orders records=1\nlevel=WARN msg=\"record is odd\" topic=lines records=591 why=x\n"
		if out.String() != want {
			t.Errorf("got\n%swant\n%s", &out, want)
		}
	})
}

func TestNotice_BelowTheLevelWritesNothing(t *testing.T) {
	var out bytes.Buffer
	n := notice.New(slog.New(slog.NewTextHandler(&out, nil)), slog.LevelDebug, "record is odd")
	n.Add("orders", 1, func() []slog.Attr { t.Error("attributes of a line that is not written"); return nil })
	if out.Len() > 0 {
		t.Error(out.String())
	}
}
