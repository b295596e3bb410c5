package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// page is the text that is written, of the runs of a result file: a case stands in one of them.
type page struct {
	runs []*Report
	b    strings.Builder
}

// WritePage writes docs/benchmarks.md from the runs of a result file. reasons says of cases why they miss their goals.
func WritePage(w io.Writer, runs []*Report, reasons map[string]string) error {
	p := &page{runs: runs}
	p.line("# Benchmarks")
	p.line("")
	p.line("Written by `make bench-docs` from the results in `bench/results.jsonl`. Numbers are processor nanoseconds a record, user and system, of the process that does the work, as the operating system counts them: the collector's threads are in them, brokers and databases are not. Each is the median of several samples that were taken in turn with the original's, A-B-B-A, after a warm-up; in brackets the lowest and the highest. The record has ten fields and 167 bytes as JSON. On another machine only ratios count, and the case `json/floor`, which copies each record and checks its UTF-8.")
	p.line("")
	p.line("To repeat them, on a machine that does nothing else: `make bench` for all, `make bench BENCH='^json/'` for the cases that an expression matches, `make bench-curves` for scaling and for the curves of [tuning.md](tuning.md). A run takes the place of older results of its cases in `.cache/bench.jsonl`; copy that to `bench/results.jsonl` and run `make bench-docs`.")
	p.line("")
	p.runTable()
	p.goals(reasons)
	p.cases("In process", "One goroutine and one thread. Allocations are those of a pass over all batches, a record.", []string{"json/", "avro/", "protobuf/", "jsonschema/", "transform/"}, false)
	p.cases("A task's parts between topics", "Consumer, stage and producer in one process, the broker in another; `wire` of our bytes on the wire (`millrace.consumer.path`, `millrace.producer.path`), `record` of the client's records.", []string{"pipeline/"}, false)
	p.cases("Whole workers", "One task; a broker on the same machine. Cold is the first pass of a connector. What it costs to start one is in the numbers: ours moves five times as many records in a pass as the original, where that is a smaller part. `wire` and `record` as above.", []string{"worker/"}, true)
	p.cases("PostgreSQL", "Beside Debezium in the original's worker. Peaks are resident memory.", []string{"cdc/"}, true)
	p.scaling(reasons)
	p.pressure(reasons)
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *page) line(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	p.b.WriteString(format + "\n")
}

// find returns a measurement and which run it is of, counted from 1; 0 for none.
func (p *page) find(name string, side Side) (Measurement, int) {
	for k, r := range p.runs {
		if m, ok := r.Find(name, side); ok {
			return m, k + 1
		}
	}
	return Measurement{}, 0
}

func (p *page) runTable() {
	p.line("## Runs")
	p.line("")
	p.line("The load is the average of a minute of processes that wanted a core. Where it is above the number of cores, other work ran too, below the priority of what was measured, and had its part of the caches: absolute numbers are then too high on both sides, and rates too low.")
	p.line("")
	p.line("| run | when | commit | machine | kernel | load of the machine | Kafka | JDK in process / of the worker | records a pass of a worker |")
	p.line("|---|---|---|---|---|---|---|---|---|")
	for k, r := range p.runs {
		p.line("| %d | %s | %s | %s | %s | %s | %s | %s / %s | %s |", k+1, r.Started, r.Commit, r.Machine, r.Kernel, r.Load, r.Kafka, orDash(r.JDK), orDash(r.WorkerJDK), number(float64(r.Records)))
	}
	p.line("")
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// goals writes the table of goals, and what is missed.
func (p *page) goals(reasons map[string]string) {
	p.line("## Goals")
	p.line("")
	p.line("Goals were set on another machine, most of them beside what the original took there: `asked` is how many times that the goal is better. A number that misses its goal here may still reach this ratio, because this machine is slower, or because the original was not as warm.")
	p.line("")
	p.line("| path | goal | ours | Java, Debezium | asked | ratio | run | |")
	p.line("|---|---|---|---|---|---|---|---|")
	var missed []string
	within, measured, byRatio := 0, 0, 0
	for _, g := range Goals() {
		m, run := p.find(g.Case, Millrace)
		if g.Java == "" {
			g.Java = g.Case
		}
		java, _ := p.find(g.Java, Java)
		have, theirs := g.What.of(m), g.What.of(java)
		times := quotient(theirs, have)
		if g.What.atLeast {
			times = quotient(have, theirs)
		}
		verdict, in := "not measured", "–"
		if run > 0 {
			in = fmt.Sprint(run)
		}
		if have != 0 {
			measured++
			verdict = "within"
			if by := g.Missed(have); by > 0 {
				verdict = fmt.Sprintf("missed by %.0f %%", 100*by)
				if asked := g.Ratio(); asked > 0 && times >= asked {
					verdict += ", ratio reached"
					byRatio++
				}
				missed = append(missed, fmt.Sprintf("- %s: %s, %s %s %s. %s", g.Path, verdict, g.What.text(max(have-g.Want, g.Want-have)), g.What.beyond(), g.What.text(g.Want), reasons[g.Case]))
			} else {
				within++
			}
		}
		p.line("| %s | %s | %s%s | %s | %s | %s | %s | %s |", g.Path, g.What.text(g.Want), g.What.text(have), span(m, g.What), g.What.text(theirs), timesText(g.Ratio()), timesText(times), in, verdict)
	}
	p.line("")
	p.line("%d of %d measured goals are met; of the others %d by their ratio.", within, measured, byRatio)
	p.line("")
	if len(missed) > 0 {
		p.line("Missed:")
		p.line("")
		for _, l := range missed {
			p.line("%s", strings.TrimSpace(l))
		}
		p.line("")
	}
}

// span is the lowest and highest of the samples, for processor time.
func span(m Measurement, q quantity) string {
	if q.unit != nsEach.unit || m.NsLow == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s–%s)", number(m.NsLow), number(m.NsHigh))
}

// cases writes a table of those with one of some prefixes, nothing where there are none.
func (p *page) cases(title, about string, prefixes []string, whole bool) {
	var names []string
	for _, prefix := range prefixes {
		for _, r := range p.runs {
			for _, m := range r.Results {
				if strings.HasPrefix(m.Case, prefix) && m.NsPerRecord != 0 && !slices.Contains(names, m.Case) {
					names = append(names, m.Case)
				}
			}
		}
	}
	if len(names) == 0 {
		return
	}
	p.line("## %s", title)
	p.line("")
	p.line("%s", about)
	p.line("")
	if whole {
		p.line("| case | ours | Java | ratio | ours cold | Java cold | ours records/s | Java records/s | ours peak MB | Java peak MB | run |")
		p.line("|---|---|---|---|---|---|---|---|---|---|---|")
	} else {
		p.line("| case | ours | Java | ratio | ours records/s | ours allocations a record | run |")
		p.line("|---|---|---|---|---|---|---|")
	}
	for _, name := range names {
		ours, run := p.find(name, Millrace)
		java, of := p.find(name, Java)
		run = max(run, of)
		if whole {
			p.line("| %s | %s%s | %s%s | %s | %s | %s | %s | %s | %s | %s | %d |", name, number(ours.NsPerRecord), span(ours, nsEach), number(java.NsPerRecord), span(java, nsEach),
				ratio(java.NsPerRecord, ours.NsPerRecord), number(ours.ColdNsPerRecord), number(java.ColdNsPerRecord), number(ours.RecordsPerSec), number(java.RecordsPerSec),
				megabytes(ours.PeakRSSBytes), megabytes(java.PeakRSSBytes), run)
			continue
		}
		p.line("| %s | %s%s | %s%s | %s | %s | %.4f | %d |", name, number(ours.NsPerRecord), span(ours, nsEach), number(java.NsPerRecord), span(java, nsEach),
			ratio(java.NsPerRecord, ours.NsPerRecord), number(ours.RecordsPerSec), ours.Allocations, run)
	}
	p.line("")
}

// pressure writes what happened where something stood still, nothing where it was not measured.
func (p *page) pressure(reasons map[string]string) {
	var lines []string
	for k, r := range p.runs {
		for _, m := range r.Results {
			if strings.HasPrefix(m.Case, pressurePrefix) {
				lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %d |", strings.TrimPrefix(m.Case, pressurePrefix), megabytes(m.LimitBytes), megabytes(m.HeldBytes), megabytes(m.PeakRSSBytes),
					number(m.RecordsPerSec), number(m.BackSeconds), k+1))
			}
		}
	}
	if lines == nil {
		return
	}
	p.line("## Back-pressure")
	p.line("")
	p.line("A worker of ours in a control group of so much memory, from which its limit comes, and something that stands still for a minute; nothing was lost. MB are resident. The rate is back when a whole second has nine tenths of it: 1.0 s is at once.")
	p.line("")
	p.line("| | limit MB | held while it stood MB | most MB | records/s before | rate back after s | run |")
	p.line("|---|---|---|---|---|---|---|")
	for _, l := range lines {
		p.line("%s", l)
	}
	p.line("")
	if why := reasons["pressure"]; why != "" {
		p.line("%s", why)
		p.line("")
	}
}
