package bench

import (
	"strings"
	"testing"
)

// samplesOf are samples of one case, of passes of 1,000 records.
func samplesOf(exact bool, allocations uint64, ns ...float64) (s Samples) {
	for _, v := range ns {
		s = append(s, Sample{Case: "c", NsPerRecord: v, Records: 1000, Allocations: allocations, Exact: exact})
	}
	return s
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		base, head            Samples
		slower, allocatesMore bool
	}{
		"the same":                       {samplesOf(true, 3, 100, 101, 99, 100), samplesOf(true, 3, 100, 101, 99, 100), false, false},
		"faster":                         {samplesOf(true, 3, 100, 101, 99, 100), samplesOf(true, 2, 50, 51, 49, 50), false, false},
		"a twentieth slower":             {samplesOf(true, 3, 100, 100, 100, 100), samplesOf(true, 3, 105, 105, 105, 105), false, false},
		"more than a twentieth":          {samplesOf(true, 3, 100, 101, 99, 100), samplesOf(true, 3, 106, 107, 106, 105), true, false},
		"inside the base's spread":       {samplesOf(true, 3, 90, 110, 90, 110), samplesOf(true, 3, 108, 109, 108, 107), false, false},
		"inside its own spread":          {samplesOf(true, 3, 100, 101, 99, 100), samplesOf(true, 3, 95, 130, 96, 131), false, false},
		"beyond a large spread":          {samplesOf(true, 3, 90, 110, 90, 110), samplesOf(true, 3, 200, 201, 199, 200), true, false},
		"one odd sample is none":         {samplesOf(true, 3, 100, 100, 100, 100, 100), samplesOf(true, 3, 100, 100, 100, 100, 900), false, false},
		"one allocation more":            {samplesOf(true, 3, 100, 100), samplesOf(true, 4, 100, 100), false, true},
		"slower, and allocates":          {samplesOf(true, 3, 100, 100), samplesOf(true, 4, 200, 200), true, true},
		"others allocate a little more":  {samplesOf(false, 1000, 100, 100), samplesOf(false, 1040, 100, 100), false, false},
		"others allocate much more":      {samplesOf(false, 1000, 100, 100), samplesOf(false, 1100, 100, 100), false, true},
		"hardly any, of others, doubled": {samplesOf(false, 4, 100, 100), samplesOf(false, 8, 100, 100), false, false},
	} {
		v := Judge(c.base, c.head)
		if v.Slower != c.slower || v.AllocatesMore != c.allocatesMore || v.Worse() != (c.slower || c.allocatesMore) {
			t.Errorf("%s: %+v, want slower %v, allocates more %v", name, v, c.slower, c.allocatesMore)
		}
	}
}

// The fewest allocations of several samples are those that count, and passes of another length do not.
func TestJudge_AllocationsARecord(t *testing.T) {
	base := samplesOf(true, 4, 100, 100)
	base[1].Allocations = 3
	head := samplesOf(true, 6, 100, 100)
	head[0].Records, head[1].Records = 2000, 2000
	if v := Judge(base, head); v.AllocatesMore || v.BaseAllocs != 0.003 || v.HeadAllocs != 0.003 {
		t.Errorf("%+v", v)
	}
}

func TestWriteVerdicts(t *testing.T) {
	var b strings.Builder
	if err := WriteVerdicts(&b, []Verdict{{Case: "json/decode", Base: 100, Head: 110, Spread: 2, BaseAllocs: 0.001, HeadAllocs: 0.002, Slower: true, AllocatesMore: true}}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(b.String()), " "); !strings.HasSuffix(got, "json/decode 100.0 110.0 +10.0% 2.0% 0.0010 0.0020 SLOWER, ALLOCATES MORE") {
		t.Error(got)
	}
}

func TestTurns_ThereAndBack(t *testing.T) {
	order := ""
	_ = Turns(3, 2, func(side int) error {
		order += string(rune('A' + side))
		return nil
	})
	if order != "ABCCBAABCCBA" {
		t.Error(order)
	}
}
