package kafka

import (
	"context"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"
)

// bridge hands the client library's log lines on. Their level is the handler's, so that a change of
// level at run time counts.
type bridge struct {
	log *slog.Logger
}

var _ kgo.Logger = bridge{}

// Level is the lowest level that is wanted.
func (b bridge) Level() kgo.LogLevel {
	ctx := context.Background()
	switch {
	case b.log.Enabled(ctx, slog.LevelDebug):
		return kgo.LogLevelDebug
	case b.log.Enabled(ctx, slog.LevelInfo):
		return kgo.LogLevelInfo
	case b.log.Enabled(ctx, slog.LevelWarn):
		return kgo.LogLevelWarn
	case b.log.Enabled(ctx, slog.LevelError):
		return kgo.LogLevelError
	}
	return kgo.LogLevelNone
}

// Log writes a line. What the library calls information is detail for users of a worker.
func (b bridge) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	at := slog.LevelDebug
	switch level {
	case kgo.LogLevelError:
		at = slog.LevelError
	case kgo.LogLevelWarn:
		at = slog.LevelWarn
	case kgo.LogLevelInfo, kgo.LogLevelDebug, kgo.LogLevelNone:
	}
	b.log.Log(context.Background(), at, msg, keyvals...)
}
