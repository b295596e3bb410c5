package bench

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/millrace/millrace/bench/meter"
)

// slowerMax is by which share a case may become slower; below it nothing is said of one whose samples lie together.
const slowerMax = 0.05

// Verdict is what two commits' samples of a case come to, as processor nanoseconds a record.
type Verdict struct {
	Case       string
	Base, Head float64 // medians
	// Spread is how far apart samples of one commit lie: the larger of both distances between the quartiles.
	Spread                 float64
	BaseAllocs, HeadAllocs float64 // a record
	Slower, AllocatesMore  bool
}

// Judge compares the samples of a base commit with later ones.
//
// A case is slower when its median grew by more than a twentieth and by more than the spread: what one commit's own samples differ by
// is no difference between commits. It allocates more when a pass makes one allocation more; where goroutines beside the pass
// allocate, when a twentieth and a hundredth of an allocation a record came on top.
func Judge(base, head Samples) Verdict {
	v := Verdict{Case: head[0].Case, Base: meter.Median(base.CPU()), Head: meter.Median(head.CPU()), BaseAllocs: base.allocations(), HeadAllocs: head.allocations()}
	for _, side := range []Samples{base, head} {
		low, high := meter.Quartiles(side.CPU())
		v.Spread = max(v.Spread, high-low)
	}
	more := v.Head - v.Base
	v.Slower = more > slowerMax*v.Base && more > v.Spread
	if head[0].Exact && base[0].Exact {
		v.AllocatesMore = v.HeadAllocs > v.BaseAllocs
	} else {
		v.AllocatesMore = v.HeadAllocs-v.BaseAllocs > max(0.01, slowerMax*v.BaseAllocs)
	}
	return v
}

// allocations is the fewest a record.
func (s Samples) allocations() float64 {
	fewest := math.Inf(1)
	for _, one := range s {
		fewest = min(fewest, float64(one.Allocations)/float64(one.Records))
	}
	return fewest
}

// Worse reports whether the later commit may not stay as it is.
func (v Verdict) Worse() bool { return v.Slower || v.AllocatesMore }

// WriteVerdicts writes a line for each.
func WriteVerdicts(w io.Writer, all []Verdict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "case\tbase ns/record\tnow\tchange\tspread\tbase allocs/record\tnow\tverdict\t")
	for _, v := range all {
		verdict := "ok"
		switch {
		case v.Slower && v.AllocatesMore:
			verdict = "SLOWER, ALLOCATES MORE"
		case v.Slower:
			verdict = "SLOWER"
		case v.AllocatesMore:
			verdict = "ALLOCATES MORE"
		}
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%+.1f%%\t%.1f%%\t%.4f\t%.4f\t%s\t\n", v.Case, v.Base, v.Head, 100*(v.Head/v.Base-1), 100*v.Spread/v.Base, v.BaseAllocs, v.HeadAllocs, verdict)
	}
	return t.Flush()
}
