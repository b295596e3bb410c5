package shrink

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func simplerItem(it *trial.Item, yield func(trial.Item) bool) bool {
	switch {
	case it.Record != nil:
		return simplerRecord(it.Record, func(r *protocol.Record) bool { return yield(trial.Item{Record: r}) })
	case it.Bytes != nil:
		return shorterBytes(it.Bytes, func(b []byte) bool { return yield(trial.Item{Bytes: b}) })
	case it.Text != "":
		return shorterTexts(it.Text, func(s string) bool { return yield(trial.Item{Text: s}) })
	}
	return simplerTyped(it.Data, func(d protocol.Typed) bool { return yield(trial.Item{Data: d}) })
}

// shorterBytes cuts pieces out, half of it first, then replaces single bytes by plainer ones.
func shorterBytes(b []byte, yield func([]byte) bool) bool {
	if !shorterJSON(b, yield) {
		return false
	}
	for n := (len(b) + 1) / 2; n >= 1; n = shorterStep(n) {
		for at := 0; at < len(b); at += stride(n) {
			if !yield(slices.Concat(b[:at], b[min(at+n, len(b)):])) {
				return false
			}
		}
	}
	for at := range b {
		for _, plain := range []byte("01a ") {
			if b[at] != plain {
				c := slices.Clone(b)
				c[at] = plain
				if !yield(c) {
					return false
				}
			}
		}
	}
	return true
}

const fineBytes = 8

// shorterStep is the length of the next shorter pieces: halves, then one less at a time.
func shorterStep(n int) int {
	if n <= fineBytes {
		return n - 1
	}
	return n / 2
}

// stride is how far apart pieces start: long ones side by side, short ones everywhere.
func stride(n int) int {
	if n <= fineBytes {
		return 1
	}
	return n
}

// shorterTexts is shorterBytes over whole characters; list elements go first.
func shorterTexts(s string, yield func(string) bool) bool {
	if parts := strings.Split(s, ","); len(parts) > 1 {
		for at := range parts {
			if !yield(strings.Join(slices.Delete(slices.Clone(parts), at, at+1), ",")) {
				return false
			}
		}
	}
	units := protocol.UTF16(s)
	join := func(u []uint16) string {
		var b []byte
		for _, c := range u {
			b = protocol.AppendWTF8(b, rune(c))
		}
		return string(b)
	}
	for n := (len(units) + 1) / 2; n >= 1; n = shorterStep(n) {
		for at := 0; at < len(units); at += stride(n) {
			if !yield(join(slices.Concat(units[:at], units[min(at+n, len(units)):]))) {
				return false
			}
		}
	}
	for at := range units {
		for _, plain := range []uint16{'0', '1', 'a'} {
			if units[at] != plain {
				c := slices.Clone(units)
				c[at] = plain
				if !yield(join(c)) {
					return false
				}
			}
		}
	}
	return true
}

func simplerRecord(r *protocol.Record, yield func(*protocol.Record) bool) bool {
	edit := func(change func(*protocol.Record)) bool {
		c := r.Clone()
		change(c)
		return yield(c)
	}
	ok := edit(func(c *protocol.Record) { c.Key = protocol.Typed{} }) &&
		edit(func(c *protocol.Record) { c.Value = protocol.Typed{} }) &&
		edit(func(c *protocol.Record) { c.Headers = nil }) &&
		edit(func(c *protocol.Record) { c.Timestamp = nil }) &&
		edit(func(c *protocol.Record) { c.Offset = 0 })
	for i := range r.Headers {
		ok = ok && edit(func(c *protocol.Record) { c.Headers = slices.Delete(c.Headers, i, i+1) })
		ok = ok && simplerTyped(r.Headers[i].Typed, func(t protocol.Typed) bool {
			return edit(func(c *protocol.Record) { c.Headers[i].Typed = t })
		})
	}
	if r.Source {
		ok = ok && edit(func(c *protocol.Record) { c.SourcePartition, c.SourceOffset = protocol.Value{}, protocol.Value{} })
	}
	return ok &&
		simplerTyped(r.Value, func(t protocol.Typed) bool { return edit(func(c *protocol.Record) { c.Value = t }) }) &&
		simplerTyped(r.Key, func(t protocol.Typed) bool { return edit(func(c *protocol.Record) { c.Key = t }) })
}
