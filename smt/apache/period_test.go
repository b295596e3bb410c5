package apache

import (
	"testing"
	"time"

	"github.com/millrace/millrace/internal/java/datetext"
)

// Within its period a pattern writes one text.
func TestPatternUnit_TextsStayTheSame(t *testing.T) {
	for pattern, want := range map[string]int64{
		"yyyy-MM-dd": millisPerDay, "YYYY-'W'ww": millisPerDay, "yyyy-MM-dd HH": 3_600_000, "hh a": 3_600_000, "'H'yyyy": millisPerDay,
		"HH:mm": 60_000, "mm:ss": 1000, "ss.SSS": 1, "yyyy'o''clock'z": millisPerDay, "K": 3_600_000, "k Z": 3_600_000, "E F u W D X": millisPerDay,
	} {
		got := patternUnit(pattern)
		if got != want {
			t.Errorf("%s: %d, want %d", pattern, got, want)
		}
		f, err := datetext.New(pattern, nil, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{0, -1, 1_583_020_800_123, -62_135_596_800_000, -12_219_292_800_001} {
			first := floorDiv(at, got) * got
			if a, b := string(f.Append(nil, first)), string(f.Append(nil, first+got-1)); a != b {
				t.Errorf("%s: %s and %s in the period of %d", pattern, a, b, at)
			}
		}
	}
}
