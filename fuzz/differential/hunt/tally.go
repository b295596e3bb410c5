package hunt

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/judge"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Tally counts one flow.
type Tally struct {
	Flow        generate.Flow
	Trials      int
	Cases       int
	Differences int
	Known       map[string]int
	Took        time.Duration

	// Of the trials whose answers were read: all that differ and a sample of the others.
	Sampled, Failures, Invalid, Messages int
	MessagePairs                         map[string]int
}

func (t *Tally) known(name string) {
	if t.Known == nil {
		t.Known = map[string]int{}
	}
	t.Known[name]++
}

const messagePairsMax = 200

func (t *Tally) sample(tr *trial.Trial, want trial.Outcome, rep judge.Report) {
	t.Sampled += len(tr.Items)
	t.Failures += rep.Failures
	t.Invalid += rep.Invalid
	if want.Setup != nil {
		t.Failures += len(tr.Items)
	}
	t.Messages += len(rep.Messages)
	if t.MessagePairs == nil {
		t.MessagePairs = map[string]int{}
	}
	for _, m := range rep.Messages {
		pair := fmt.Sprintf("%s\n    original: %.200s\n    subject:  %.200s", m.Part, m.Want, m.Got)
		if _, ok := t.MessagePairs[pair]; ok || len(t.MessagePairs) < messagePairsMax {
			t.MessagePairs[pair]++
		}
	}
}

func (t *Tally) progress() string {
	rate := float64(t.Cases) / max(t.Took.Seconds(), 1e-3)
	return fmt.Sprintf("%-16s %9d cases %8.0f/s  %d differences", t.Flow, t.Cases, rate, t.Differences)
}

// Summary prints a row per flow: cases, differences, known differences, and of what was sampled the share of errors.
func (h *Hunt) Summary(w io.Writer) {
	fmt.Fprintf(w, "%-12s %-6s %10s %9s %12s %6s %8s %8s %9s\n", "kind", "way", "cases", "per s", "differences", "known", "errors", "invalid", "messages")
	for i := range h.Tallies {
		t := &h.Tallies[i]
		known := 0
		for _, n := range t.Known {
			known += n
		}
		share := func(n int) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(max(t.Sampled, 1))) }
		fmt.Fprintf(w, "%-12s %-6s %10d %9.0f %12d %6d %8s %8s %9d\n", t.Flow.Kind, t.Flow.Direction, t.Cases, float64(t.Cases)/max(t.Took.Seconds(), 1e-3), t.Differences,
			known, share(t.Failures), share(t.Invalid), t.Messages)
	}
	for i := range h.Tallies {
		for name, n := range h.Tallies[i].Known {
			fmt.Fprintf(w, "known: %s %s %d\n", h.Tallies[i].Flow, name, n)
		}
	}
}

// Messages prints up to max pairs of differing messages per flow, the most frequent first.
func (h *Hunt) Messages(w io.Writer, most int) {
	for i := range h.Tallies {
		t := &h.Tallies[i]
		pairs := make([]string, 0, len(t.MessagePairs))
		for p := range t.MessagePairs {
			pairs = append(pairs, p)
		}
		slices.SortFunc(pairs, func(a, b string) int {
			if d := t.MessagePairs[b] - t.MessagePairs[a]; d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
		for _, p := range pairs[:min(most, len(pairs))] {
			fmt.Fprintf(w, "message: %s (%d times) %s\n", t.Flow, t.MessagePairs[p], p)
		}
	}
}

// signature tells differences apart by what they look like. Minimal ones also by the classes involved.
func signature(t *trial.Trial, d judge.Difference, minimal bool) string {
	sig := fmt.Sprintf("%s %s %s", t.Kind, t.Op, d.Part)
	if d.Part == "error type" {
		sig += " " + firstWord(d.Want) + " " + firstWord(d.Got)
	}
	if minimal || len(t.Plugins) == 1 {
		for _, p := range t.Plugins {
			sig += " " + p.Class
		}
	}
	if minimal && d.Part != "process lost" {
		sig += " " + d.Want + " " + d.Got
	}
	return sig
}

// firstWord is the class of an error's text; one word for every result.
func firstWord(s string) string {
	if i := strings.IndexByte(s, ':'); i > 0 && !strings.HasPrefix(s, `"`) && !strings.HasPrefix(s, "{") {
		return s[:i]
	}
	return "result"
}
