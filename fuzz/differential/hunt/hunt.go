package hunt

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/millrace/millrace/fuzz/differential/corpus"
	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/judge"
	"github.com/millrace/millrace/fuzz/differential/peer"
	"github.com/millrace/millrace/fuzz/differential/shrink"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Options says what to run and how long. The zero value of a limit means none, but for those with a default below.
type Options struct {
	Dial       func() (*peer.Pair, error) // starts a pair of processes
	Flows      []generate.Flow
	Cases      int            // per flow; default 10,000
	OfKind     map[string]int // cases per flow of a kind, in place of Cases
	Time       time.Duration  // for all flows together, in equal shares
	Seed       uint64
	Corpus     string    // folder for minimal cases; "" keeps none
	FindingMax int       // distinct findings after which the hunt ends; default 20
	ShrinkMax  int       // trials spent on shrinking one finding; default 2,000
	Log        io.Writer // progress and findings

	// NumericText compares the text of doubles by value: for an original on a JDK that does not print the shortest.
	NumericText bool
}

// Finding is a minimal trial that shows a difference.
type Finding struct {
	Trial      *trial.Trial
	Want, Got  trial.Outcome
	Difference judge.Difference
	Lost       string // the process that ended or got stuck instead of answering
	File       string
}

// Hunt holds the state of a run.
type Hunt struct {
	Options

	Findings []Finding
	Tallies  []Tally // one per flow, in order

	pair    *peer.Pair // runs the generated trials
	small   *peer.Pair // runs the shrinker's, started at the first finding
	seen    map[string]int
	minimal map[string]bool
	next    time.Time // of the next progress line
}

// New prepares a run.
func New(o Options) *Hunt {
	if o.Cases == 0 {
		o.Cases = 10_000
	}
	if o.FindingMax == 0 {
		o.FindingMax = 20
	}
	if o.ShrinkMax == 0 {
		o.ShrinkMax = 2_000
	}
	return &Hunt{Options: o, seen: map[string]int{}, minimal: map[string]bool{}}
}

// Run hunts through all flows.
//
// Errors: a process that cannot be started, or an original that dies; differences are findings, not errors.
func (h *Hunt) Run() error {
	defer func() {
		for _, p := range []*peer.Pair{h.pair, h.small} {
			if p != nil {
				_ = p.Close()
			}
		}
	}()
	for i, f := range h.Flows {
		h.Tallies = append(h.Tallies, Tally{Flow: f})
		share := time.Duration(0)
		if h.Time > 0 {
			share = h.Time / time.Duration(len(h.Flows)-i)
		}
		start := time.Now()
		if err := h.flow(f, &h.Tallies[i], share); err != nil {
			return err
		}
		if h.Time > 0 {
			h.Time = max(h.Time-time.Since(start), time.Millisecond)
		}
		fmt.Fprintln(h.Log, h.Tallies[i].progress())
		if len(h.Findings) >= h.FindingMax {
			break
		}
	}
	return nil
}

// CasesOf is how many cases of a flow are compared where no limit of time ends it.
func (h *Hunt) CasesOf(f generate.Flow) int {
	if n, ok := h.OfKind[f.Kind]; ok {
		return n
	}
	return h.Cases
}

// flow runs one flow's trials, with a new pair of processes when one was lost.
func (h *Hunt) flow(f generate.Flow, tally *Tally, share time.Duration) error {
	cases := h.CasesOf(f)
	start := time.Now()
	defer func() { tally.Took = time.Since(start) }()
	h.next = start.Add(progressEvery)
	index, sent := uint64(0), 0
	for {
		if h.pair == nil {
			pair, err := h.Dial()
			if err != nil {
				return err
			}
			h.pair = pair
		}
		ended := false
		err := h.pair.Stream(func() *trial.Trial {
			if sent >= cases || share > 0 && time.Since(start) > share {
				ended = true
				return nil
			}
			t := f.Trial(h.Seed, index)
			index++
			if over := sent + len(t.Items) - cases; over > 0 {
				t.Items = t.Items[:len(t.Items)-over]
			}
			sent += len(t.Items)
			return t
		}, func(r *peer.Result) (bool, error) {
			tally.Took = time.Since(start)
			if now := time.Now(); now.After(h.next) {
				h.next = now.Add(progressEvery)
				fmt.Fprintln(h.Log, tally.progress())
			}
			return h.judge(r, tally)
		})
		var lost *peer.Lost
		switch {
		case errors.As(err, &lost):
			h.pair = nil
			if err := h.lost(lost, tally); err != nil {
				return err
			}
		case err != nil:
			return err
		case ended:
			return nil
		}
		if len(h.Findings) >= h.FindingMax {
			return nil
		}
	}
}

const progressEvery = 5 * time.Second

// sampleEvery is how often equal answers are read all the same, to know how many of them are errors.
const sampleEvery = 16

// judge counts one result, and shrinks it when it is a new kind of difference.
func (h *Hunt) judge(r *peer.Result, tally *Tally) (bool, error) {
	t := r.Trial
	tally.Trials++
	tally.Cases += len(t.Items)
	if r.Equal && tally.Trials%sampleEvery != 0 {
		return true, nil
	}
	want, got, err := r.Outcomes()
	if err != nil {
		return false, fmt.Errorf("%s: %w", t.Kind, err)
	}
	rep := judge.Compare(t, want, got)
	tally.sample(t, want, rep)
	for _, d := range rep.Differences {
		if name := h.nameOf(t, d); name != "" {
			tally.known(name)
			continue
		}
		tally.Differences++
		if err := h.found(t, want, got, d); err != nil {
			return false, err
		}
	}
	return len(h.Findings) < h.FindingMax, nil
}

// nameOf is the name of a known difference, or "".
func (h *Hunt) nameOf(t *trial.Trial, d judge.Difference) string {
	if name := judge.NameOf(t, d); name != "" || !h.NumericText || !judge.SameNumbers(d) {
		return name
	}
	return "number text of an old JDK"
}

// perSignature is how many differences that look alike are shrunk: several causes can look alike.
const perSignature = 3

func (h *Hunt) found(t *trial.Trial, want, got trial.Outcome, d judge.Difference) error {
	sig := signature(t, d, false)
	if h.seen[sig]++; h.seen[sig] > perSignature || len(h.Findings) >= h.FindingMax {
		return nil
	}
	f := Finding{Trial: t, Want: want, Got: got, Difference: d}
	if err := h.minimise(&f); err != nil {
		return err
	}
	return h.keep(f)
}

// keep stores and prints a finding, unless its minimal form is known already.
func (h *Hunt) keep(f Finding) error {
	sig := signature(f.Trial, f.Difference, true)
	if h.minimal[sig] {
		return nil
	}
	h.minimal[sig] = true
	if h.Corpus != "" && f.Lost == "" {
		path, err := corpus.Save(h.Corpus, f.Trial, f.Want)
		if err != nil {
			return err
		}
		f.File = path
	}
	h.Findings = append(h.Findings, f)
	fmt.Fprintf(h.Log, "difference %d: %s\n%s\n  trial: %.4000s\n", len(h.Findings), f.Trial.Kind, f.Difference, trial.AppendStored(nil, f.Trial, trial.Outcome{}))
	if f.File != "" {
		fmt.Fprintf(h.Log, "  kept: %s\n", f.File)
	}
	return nil
}

// minimise shrinks a finding on a pair of its own. A difference that does not come back there is kept whole.
func (h *Hunt) minimise(f *Finding) error {
	if h.small == nil {
		pair, err := h.Dial()
		if err != nil {
			return err
		}
		h.small = pair
	}
	part := f.Difference.Part
	shrink.Shrink(f.Trial, func(t *trial.Trial) bool {
		if h.small == nil {
			return false
		}
		want, got, err := h.small.Ask(t)
		if err != nil {
			h.small.Kill()
			h.small = nil
			return false
		}
		for _, d := range judge.Compare(t, want, got).Differences {
			if d.Part == part && h.nameOf(t, d) == "" {
				f.Trial, f.Want, f.Got, f.Difference = t, want, got, d
				return true
			}
		}
		return false
	}, h.ShrinkMax)
	return nil
}

// lost reports a trial that a process did not survive. The original's death is an error of the set-up.
func (h *Hunt) lost(lost *peer.Lost, tally *Tally) error {
	if lost.Peer == "oracle" {
		return fmt.Errorf("the original's process was lost: %w", lost)
	}
	tally.Differences++
	f := Finding{Trial: lost.Trial, Lost: lost.Peer, Difference: judge.Difference{Item: 0, Part: "process lost", Want: "an answer", Got: lost.Error()}}
	if h.seen[signature(f.Trial, f.Difference, false)]++; h.seen[signature(f.Trial, f.Difference, false)] > 1 {
		return nil
	}
	dial := func(t *trial.Trial) bool {
		pair, err := h.Dial()
		if err != nil {
			return false
		}
		defer pair.Kill()
		_, _, err = pair.Ask(t)
		return err != nil
	}
	f.Trial = shrink.Shrink(f.Trial, dial, lostTries)
	return h.keep(f)
}

// lostTries bounds the processes started to shrink a trial that kills them.
const lostTries = 25
