package logs

import (
	"context"
	"log/slog"
	"slices"
)

// handler writes the records of one logger.
type handler struct {
	registry *Registry
	logger   *logger
	prefix   string // of keys: the open groups, each with a dot behind it
	fields   []byte // what With gave, as it stands in a line
}

var _ slog.Handler = (*handler)(nil)

// Enabled implements slog.Handler.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool {
	return int64(l) >= h.logger.level.Load()
}

// Handle implements slog.Handler.
func (h *handler) Handle(_ context.Context, record slog.Record) error {
	r := h.registry
	buffer := r.buffers.Get().(*[]byte)
	line := (*buffer)[:0]
	at := record.Time
	if at.IsZero() {
		at = r.now()
	}
	line = append(line, '[')
	line = at.Local().AppendFormat(line, "2006-01-02 15:04:05,000")
	line = append(line, "] "...)
	line = append(line, LevelName(record.Level)...)
	line = append(line, ' ')
	line = appendEscaped(line, cut(r.masked(record.Message)), false)
	line = append(line, h.fields...)
	record.Attrs(func(a slog.Attr) bool {
		line = r.appendAttr(line, h.prefix, a)
		return true
	})
	line = append(line, " ("...)
	line = appendEscaped(line, cut(shown(h.logger.name)), false)
	line = append(line, ")\n"...)
	err := r.out.write(line)
	const keep = 16 << 10 // a rare long line is not worth keeping its memory
	if cap(line) <= keep {
		*buffer = line
		r.buffers.Put(buffer)
	}
	return err
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.fields = slices.Clone(h.fields)
	for _, a := range attrs {
		next.fields = h.registry.appendAttr(next.fields, h.prefix, a)
	}
	return &next
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	next := *h
	next.prefix = h.prefix + name + "."
	return &next
}

func (r *Registry) masked(text string) string {
	if r.mask == nil {
		return text
	}
	return r.mask(text)
}
