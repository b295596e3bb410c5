package embedded

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kfake"
)

// bridge hands the library's lines on; what it calls information is detail here.
type bridge struct{ log *slog.Logger }

// Logf writes a line.
func (b bridge) Logf(level kfake.LogLevel, msg string, args ...any) {
	at := slog.LevelDebug
	switch level {
	case kfake.LogLevelError:
		at = slog.LevelError
	case kfake.LogLevelWarn:
		at = slog.LevelWarn
	case kfake.LogLevelInfo, kfake.LogLevelDebug, kfake.LogLevelNone:
	}
	if ctx := context.Background(); b.log.Enabled(ctx, at) {
		b.log.Log(ctx, at, "embedded broker", "detail", fmt.Sprintf(msg, args...))
	}
}
