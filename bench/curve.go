package bench

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/bench/plot"
)

// The cases that lie on curves: how ours scales, and what its settings do. Their names end with the point.
const (
	scalePrefix = "scale/"
	tunePrefix  = "tune/"
	// pressurePrefix begins the names of the cases in which something stands still.
	pressurePrefix = "pressure/"
)

// Curve is the measurements that differ in one thing.
type Curve struct {
	Name   string // scale/partitions
	Points []Measurement
	Run    int // of the first, counted from 1
}

// Point is the end of a case's name.
func Point(m Measurement) string { return m.Case[strings.LastIndexByte(m.Case, '/')+1:] }

// Curves returns the curves whose names have a prefix, in the order in which they were measured.
func Curves(runs []*Report, prefix string) []Curve {
	var all []Curve
	for k, r := range runs {
		for _, m := range r.Results {
			if !strings.HasPrefix(m.Case, prefix) {
				continue
			}
			name := m.Case[:strings.LastIndexByte(m.Case, '/')]
			at := slices.IndexFunc(all, func(c Curve) bool { return c.Name == name })
			if at < 0 {
				at = len(all)
				all = append(all, Curve{Name: name, Run: k + 1})
			}
			all[at].Points = append(all[at].Points, m)
		}
	}
	return all
}

// cliff is how much more a byte may cost at one point than at the cheapest.
const cliff = 3

// scaling writes what records cost where there are more of something, nothing where it was not measured.
func (p *page) scaling(reasons map[string]string) {
	curves := Curves(p.runs, scalePrefix)
	if len(curves) == 0 {
		return
	}
	p.line("## Scaling")
	p.line("")
	p.line("One worker of ours. No cliff is asked for: a byte of values costs at most %d times what it costs at the cheapest point of its table.", cliff)
	p.line("")
	for _, c := range curves {
		p.line("### %s", strings.TrimPrefix(c.Name, scalePrefix))
		p.line("")
		for _, l := range c.Table() {
			p.line("%s", l)
		}
		p.line("")
		if why := reasons[c.Name]; why != "" {
			p.line("%s", why)
			p.line("")
		}
	}
}

// Table is the curve's points as lines of a table.
func (c Curve) Table() []string {
	lines := []string{"| | ns a record | ns a byte | records/s | MB/s | peak resident MB | of the cheapest byte |", "|---|---|---|---|---|---|---|"}
	cheapest := 0.0
	for _, m := range c.Points {
		if each := m.NsPerRecord / m.BytesPerRecord; cheapest == 0 || each < cheapest {
			cheapest = each
		}
	}
	for _, m := range c.Points {
		each := m.NsPerRecord / m.BytesPerRecord
		times := fmt.Sprintf("%.1f", each/cheapest)
		if each/cheapest > cliff {
			times += ", a cliff"
		}
		lines = append(lines, fmt.Sprintf("| %s | %s%s | %.2f | %s | %s | %s | %s |", Point(m), number(m.NsPerRecord), span(m, nsEach), each, number(m.RecordsPerSec),
			number(m.RecordsPerSec*m.BytesPerRecord/1e6), megabytes(m.PeakRSSBytes), times))
	}
	return lines
}

// TuningCurves returns the curves of settings.
func TuningCurves(runs []*Report) []Curve { return Curves(runs, tunePrefix) }

// Panels are the pictures of a curve: processor time, and the rate.
func (c Curve) Panels() []plot.Panel {
	cost, rate := plot.Panel{Title: "processor ns a record"}, plot.Panel{Title: "records a second"}
	for _, m := range c.Points {
		cost.Points = append(cost.Points, plot.Point{Label: Point(m), Mid: m.NsPerRecord, Low: m.NsLow, High: m.NsHigh})
		rate.Points = append(rate.Points, plot.Point{Label: Point(m), Mid: m.RecordsPerSec})
	}
	return []plot.Panel{cost, rate}
}
