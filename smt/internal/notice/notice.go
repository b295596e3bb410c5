// Package notice writes lines of the log about single records, of which there may be millions: the first
// at once, then at most one a minute, with how many records there were since the line before.
//
// The originals write a line for every such record.
package notice

import (
	"context"
	"log/slog"
	"time"
)

// every is the shortest time between two lines of one notice.
const every = time.Minute

// Notice is one kind of line. Not for concurrent use; the zero value is not usable.
type Notice struct {
	log     *slog.Logger
	level   slog.Level
	text    string
	next    time.Time
	records int // since the line before
}

// New returns a notice with a constant text.
func New(log *slog.Logger, level slog.Level, text string) *Notice {
	return &Notice{log: log, level: level, text: text}
}

// Add counts records of a topic that the notice is about, and writes the line when it is time to. attrs,
// which may be nil, adds to it.
func (n *Notice) Add(topic string, records int, attrs func() []slog.Attr) {
	ctx := context.Background()
	if records == 0 || !n.log.Enabled(ctx, n.level) {
		return
	}
	n.records += records
	now := time.Now()
	if now.Before(n.next) {
		return
	}
	list := []slog.Attr{slog.String("topic", topic), slog.Int("records", n.records)}
	if attrs != nil {
		list = append(list, attrs()...)
	}
	n.log.LogAttrs(ctx, n.level, n.text, list...)
	n.next, n.records = now.Add(every), 0
}
