package logs

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSetLevel_ReachesAllBelowAndNamesWhatChanged(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := New(io.Discard, Options{Now: func() time.Time { return at }})
	for _, name := range []string{"org.a", "org.a.X", "org.ab", "org.b"} {
		r.Logger(name)
	}
	steps := []struct {
		name, level string
		changed     string
		levels      string // all loggers afterwards
	}{
		{"org.a", "debug", "org.a org.a.X", "org.a=DEBUG org.a.X=DEBUG org.ab=INFO org.b=INFO root=INFO"},
		{"org.a", "DEBUG", "", "org.a=DEBUG org.a.X=DEBUG org.ab=INFO org.b=INFO root=INFO"},
		{"org.a.X", "TRACE", "org.a.X", "org.a=DEBUG org.a.X=TRACE org.ab=INFO org.b=INFO root=INFO"},
		{"org.ab", "ERROR", "org.ab", "org.a=DEBUG org.a.X=TRACE org.ab=ERROR org.b=INFO root=INFO"},
		// A level of its own is taken by a name that merely starts so.
		{"org.a", "WARN", "org.a org.a.X org.ab", "org.a=WARN org.a.X=WARN org.ab=WARN org.b=INFO root=INFO"},
		{"new.one", "OFF", "new.one", "new.one=OFF org.a=WARN org.a.X=WARN org.ab=WARN org.b=INFO root=INFO"},
		{"new.two", "INFO", "", "new.one=OFF new.two=INFO org.a=WARN org.a.X=WARN org.ab=WARN org.b=INFO root=INFO"},
		{"ROOT", "INFO", "new.one org.a org.a.X org.ab", "new.one=INFO new.two=INFO org.a=INFO org.a.X=INFO org.ab=INFO org.b=INFO root=INFO"},
		{"", "FATAL", "new.one new.two org.a org.a.X org.ab org.b root", "new.one=FATAL new.two=FATAL org.a=FATAL org.a.X=FATAL org.ab=FATAL org.b=FATAL root=FATAL"},
	}
	for _, s := range steps {
		changed, ok := r.SetLevel(s.name, s.level)
		if !ok || strings.Join(changed, " ") != s.changed {
			t.Errorf("SetLevel(%q, %s) changed %v, %v, want %s", s.name, s.level, changed, ok, s.changed)
		}
		var levels []string
		for _, l := range r.Levels() {
			levels = append(levels, l.Name+"="+l.Level)
		}
		if got := strings.Join(levels, " "); got != s.levels {
			t.Errorf("after SetLevel(%q, %s):\n%s, want\n%s", s.name, s.level, got, s.levels)
		}
	}
	if _, ok := r.SetLevel("org.a", "LOUD"); ok {
		t.Error("LOUD is a level")
	}
	if l, ok := r.Level("org.b"); !ok || l != (LoggerLevel{"org.b", "FATAL", at}) {
		t.Errorf("org.b is %v, %v", l, ok)
	}
	if _, ok := r.Level("org"); ok {
		t.Error("a logger that nobody made is there")
	}
}

func TestLogger_LaterOnesTakeTheLevelAboveThem(t *testing.T) {
	r := New(io.Discard, Options{Levels: map[string]slog.Level{Root: slog.LevelWarn, "org.a": LevelTrace}})
	if _, ok := r.SetLevel("org.a.b", "ERROR"); !ok {
		t.Fatal("no level")
	}
	for name, level := range map[string]string{"": "WARN", "root": "WARN", "org": "WARN", "org.a": "TRACE", "org.a.c": "TRACE", "org.a.b.c.d": "ERROR", "org.ab": "WARN"} {
		r.Logger(name)
		if l, ok := r.Level(name); !ok || l.Level != level || (l.LastModified.IsZero() != (name != "org.a.b")) {
			t.Errorf("%q is %v, %v, want %s", name, l, ok, level)
		}
	}
}

func TestLevel_NamesAreJavas(t *testing.T) {
	for name, level := range map[string]slog.Level{"ALL": LevelAll, "TRACE": LevelTrace, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARN": slog.LevelWarn, "ERROR": slog.LevelError, "FATAL": LevelFatal, "OFF": LevelOff} {
		if got, ok := ParseLevel(" " + strings.ToLower(name)); !ok || got != level || LevelName(level) != name {
			t.Errorf("%s is %v, %v, named %s", name, got, ok, LevelName(level))
		}
	}
	if got := LevelName(slog.LevelInfo + 1); got != "INFO" {
		t.Errorf("between INFO and WARN stands %s", got)
	}
	for _, name := range []string{"", "LOUD", "1", "WARNING"} {
		if _, ok := ParseLevel(name); ok {
			t.Errorf("%q is a level", name)
		}
	}
}

func TestLogger_DisabledCostsNoAllocation(t *testing.T) {
	log := New(io.Discard, Options{}).Logger("org.a").With("connector", "orders")
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { log.LogAttrs(ctx, slog.LevelDebug, "batch", slog.Int("rows", 7)) }); n != 0 {
		t.Errorf("%v allocations for a line that is not written", n)
	}
}

func TestLogger_LinesOfManyGoroutinesStayWhole(t *testing.T) {
	var lines lineWriter
	r := New(&lines, Options{})
	var all sync.WaitGroup
	for range 8 {
		log := r.Logger("org.a")
		all.Go(func() {
			for i := range 100 {
				log.Info("one", "i", i)
				if i%10 == 0 {
					r.SetLevel("org.a", []string{"INFO", "DEBUG"}[i/10%2])
				}
			}
		})
	}
	all.Wait()
	if n := len(lines.writes); n != 800 || slices.ContainsFunc(lines.writes, func(s string) bool {
		return strings.Count(s, "\n") != 1 || !strings.HasSuffix(s, " (org.a)\n")
	}) {
		t.Errorf("%d lines, or one in pieces", n)
	}
}

// lineWriter keeps each write.
type lineWriter struct{ writes []string }

func (w *lineWriter) Write(p []byte) (int, error) {
	w.writes = append(w.writes, string(p))
	return len(p), nil
}

func BenchmarkLogger(b *testing.B) {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} {
		b.Run("level="+LevelName(level), func(b *testing.B) {
			log := New(io.Discard, Options{}).Logger("org.a").With("connector", "orders", "task", 0)
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				log.LogAttrs(ctx, level, "task retrying", slog.Int("attempt", 3), slog.Duration("next_in", time.Second))
			}
		})
	}
}
