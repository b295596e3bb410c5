package consume

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// reset is auto.offset.reset: where reading begins without a committed offset.
// Source: AutoOffsetResetStrategy.
type reset struct {
	kind resetKind
	back time.Duration // byDuration
}

type resetKind uint8

const (
	earliest resetKind = iota
	latest
	none
	byDuration
)

var errReset = errors.New("consume: no such reset of offsets")

func parseReset(s string) (reset, error) {
	switch s {
	case "earliest":
		return reset{kind: earliest}, nil
	case "latest":
		return reset{kind: latest}, nil
	case "none":
		return reset{kind: none}, nil
	}
	text, ok := strings.CutPrefix(s, "by_duration:")
	if !ok {
		return reset{}, errReset
	}
	d, ok := parseDuration(text)
	if !ok || d < 0 {
		return reset{}, errReset
	}
	return reset{byDuration, d}, nil
}

// offset is what the client library calls it.
func (r reset) offset(now time.Time) kgo.Offset {
	switch r.kind {
	case latest:
		return kgo.NewOffset().AtEnd()
	case none:
		return kgo.NoResetOffset()
	case byDuration:
		return kgo.NewOffset().AfterMilli(max(now.Add(-r.back).UnixMilli(), 0))
	}
	return kgo.NewOffset().AtStart()
}

// resetOf is offset's inverse, for an offset made at the given time.
func resetOf(o kgo.Offset, made time.Time) reset {
	switch o {
	case kgo.NewOffset().AtStart():
		return reset{kind: earliest}
	case kgo.NewOffset().AtEnd():
		return reset{kind: latest}
	case kgo.NoResetOffset():
		return reset{kind: none}
	}
	return reset{byDuration, made.Sub(time.UnixMilli(o.EpochOffset().Offset))}
}

// parseDuration reads a time as PnDTnHnMn.nS. Source: java.time.Duration.parse.
func parseDuration(s string) (time.Duration, bool) {
	s = strings.ToUpper(s)
	sign := 1.0
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = -1, rest
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	s, ok := strings.CutPrefix(s, "P")
	if !ok {
		return 0, false
	}
	date, clock, hasTime := strings.Cut(s, "T")
	if date == "" && clock == "" || hasTime && clock == "" {
		return 0, false
	}
	days, date, ok := part(date, 'D', false)
	if !ok || date != "" {
		return 0, false
	}
	hours, clock, ok1 := part(clock, 'H', false)
	minutes, clock, ok2 := part(clock, 'M', false)
	seconds, clock, ok3 := part(clock, 'S', true)
	if !ok1 || !ok2 || !ok3 || clock != "" {
		return 0, false
	}
	total := sign * (days*86400 + hours*3600 + minutes*60 + seconds) * float64(time.Second)
	if math.Abs(total) > math.MaxInt64/2 {
		return 0, false // centuries
	}
	return time.Duration(total), true
}

// part takes one number with its unit off the front of s; without it, the number is zero.
func part(s string, unit byte, fraction bool) (n float64, rest string, ok bool) {
	i := strings.IndexByte(s, unit)
	if i < 0 {
		return 0, s, true
	}
	text := s[:i]
	if fraction {
		text = strings.Replace(text, ",", ".", 1)
	}
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || digits == "" || digits[0] == '.' || len(digits) > 20 {
		return 0, s, false
	}
	for k := range len(digits) {
		if c := digits[k]; (c < '0' || c > '9') && (c != '.' || !fraction) {
			return 0, s, false
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, s[i+1:], err == nil
}
