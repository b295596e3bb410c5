package logs

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// isSecret and maskURL stand in for the config package's.
func isSecret(key string) bool { return strings.Contains(key, "password") }

func maskURL(text string) string { return strings.ReplaceAll(text, "u:p@", "[hidden]@") }

type failing struct{}

func (failing) String() string { panic("broken") }

func TestLine(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.Local)
	cases := []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"words", func(l *slog.Logger) { l.Info("task started", "connector", "orders", "task", 0) }, `INFO task started connector=orders task=0`},
		{"kinds", func(l *slog.Logger) {
			l.Error("kinds", "f", 1.5, "b", true, "d", 1200*time.Millisecond, "u", uint64(7), "t", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "n", nil, "l", []string{"a", "b"}, "y", []byte("raw"))
		}, `ERROR kinds f=1.5 b=true d=1.2s u=7 t=2026-01-02T03:04:05Z n=<nil> l="[a b]" y=raw`},
		{"quoted", func(l *slog.Logger) { l.Warn("w", "a", "", "b", "x y", "c", `q"\`, "d", "k=v", "e f", "ü") }, `WARN w a="" b="x y" c="q\"\\" d="k=v" "e f"="ü"`},
		{"error", func(l *slog.Logger) { l.Warn("w", "err", fmt.Errorf("a: %w", errors.New("no route"))) }, `WARN w err="a: no route"`},
		{"forged line", func(l *slog.Logger) {
			l.Info("m\r\n[2026] INFO forged", "k\n", "v\n[2026]", "ansi", "\x1b[31mred\x07\u009b\u2028\u202e", "bad", "\xff")
		}, `INFO m\r\n[2026] INFO forged "k\n"="v\n[2026]" ansi="\u001b[31mred\u0007\u009b\u2028\u202e" bad="\xff"`},
		{"secrets", func(l *slog.Logger) {
			l.With("ssl.key.password", "x").Info("s", "password", "x", slog.Group("g", "password", "x", "user", "u"), "url", "http://u:p@h",
				"props", map[string]string{"b.password": "x", "a": "1"})
		}, `INFO s ssl.key.password=[hidden] password=[hidden] g.password=[hidden] g.user=u url=http://[hidden]@h props="{a=1, b.password=[hidden]}"`},
		{"groups", func(l *slog.Logger) {
			l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("").WithGroup("h").Info("m", "c", 3, slog.Group("", "d", 4), slog.Group("empty"), slog.Attr{})
		}, `INFO m a=1 g.b=2 g.h.c=3 g.h.d=4`},
		{"panic", func(l *slog.Logger) { l.Info("m", "v", failing{}) }, `INFO m v="panic while printing a logs.failing: broken"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			r := New(&b, Options{Secret: isSecret, Mask: maskURL, Now: func() time.Time { return at }})
			c.log(r.Logger("org.apache.kafka.connect.runtime.Worker"))
			got := regexp.MustCompile(`^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] `).ReplaceAllString(b.String(), "")
			if want := c.want + " (org.apache.kafka.connect.runtime.Worker)\n"; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestLine_TimeAndRootAsLog4jHasThem(t *testing.T) {
	var b strings.Builder
	r := New(&b, Options{Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.Local) }})
	record := slog.NewRecord(time.Time{}, LevelFatal, "gone", 0)
	if err := r.Logger(Root).Handler().Handle(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	if want := "[2026-03-01 12:00:00,123] FATAL gone (root)\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestLine_LongTextIsCutBetweenCharacters(t *testing.T) {
	var b strings.Builder
	New(&b, Options{}).Logger("l").Info(strings.Repeat("m", 5000), "k", "x"+strings.Repeat("ü", 3000))
	if line := b.String(); !strings.Contains(line, strings.Repeat("m", 4096)+"… (904 more bytes) k=\"x") ||
		!strings.Contains(line, strings.Repeat("ü", 2047)+"… (1906 more bytes)\"") {
		t.Errorf("got %s", line)
	}
}

func TestHandle_ReportsWhatTheWriterSays(t *testing.T) {
	_, w := io.Pipe()
	if err := w.CloseWithError(errors.New("disk full")); err != nil {
		t.Fatal(err)
	}
	h := New(w, Options{}).Logger("l").Handler()
	if err := h.Handle(t.Context(), slog.Record{}); err == nil {
		t.Error("a line that was lost is no error")
	}
}

func FuzzLine(f *testing.F) {
	f.Add("m", "k", "v")
	f.Add("\x1b[2J", "a=b\n", "\r\n[2026-01-01 00:00:00,000] INFO forged (x)\n")
	f.Add("\xf0\x9f", "\u202e", strings.Repeat("\xf0\x9f\x92\xa9", 1025))
	f.Fuzz(func(t *testing.T, message, key, value string) {
		var w lineWriter
		New(&w, Options{Secret: isSecret}).Logger("l").With(key, value).Info(message, "password", value+"-canary", key, map[string]string{key: value})
		if len(w.writes) != 1 {
			t.Fatalf("%d writes", len(w.writes))
		}
		line, ok := strings.CutSuffix(w.writes[0], " (l)\n")
		if !ok || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("line %.200q", w.writes[0])
		}
		if strings.Contains(line, "-canary") {
			t.Fatalf("secret in %q", line)
		}
		if most := 12*6*fieldBytesMax + 1024; len(line) > most {
			t.Fatalf("%d bytes", len(line))
		}
	})
}
