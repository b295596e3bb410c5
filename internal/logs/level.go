package logs

import (
	"log/slog"
	"math"
	"strings"
)

// The levels that slog has no name for, and the two ends.
const (
	LevelAll   slog.Level = math.MinInt32
	LevelTrace slog.Level = slog.LevelDebug - 4
	LevelFatal slog.Level = slog.LevelError + 4
	LevelOff   slog.Level = math.MaxInt32
)

// levels are Java's names, the least severe first.
var levels = [...]struct {
	name  string
	level slog.Level
}{
	{"ALL", LevelAll},
	{"TRACE", LevelTrace},
	{"DEBUG", slog.LevelDebug},
	{"INFO", slog.LevelInfo},
	{"WARN", slog.LevelWarn},
	{"ERROR", slog.LevelError},
	{"FATAL", LevelFatal},
	{"OFF", LevelOff},
}

// ParseLevel returns the level of a Java name, in any case. Source: log4j's Level.getLevel.
func ParseLevel(name string) (slog.Level, bool) {
	name = strings.TrimSpace(name)
	for _, l := range levels {
		if strings.EqualFold(l.name, name) {
			return l.level, true
		}
	}
	return 0, false
}

// LevelName returns Java's name of l; of a level between two names the less severe one.
func LevelName(l slog.Level) string {
	name := levels[0].name
	for _, known := range levels {
		if l >= known.level {
			name = known.name
		}
	}
	return name
}
