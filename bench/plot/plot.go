// Package plot draws a curve of a few measured points as SVG: processor time a record above, records a second below, with the lowest
// and highest samples as bars. Points stand at equal distances: they are settings, mostly powers of two.
package plot

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
)

// Point is one setting and what was measured with it.
type Point struct {
	Label     string
	Mid       float64
	Low, High float64 // of the samples; zeros for none
}

// Panel is one quantity over all points.
type Panel struct {
	Title  string
	Points []Point
}

// The size of a picture, in pixels.
const (
	width       = 640
	panelHeight = 190
	left, right = 76, 20
	top, bottom = 34, 34
)

// Write draws panels one above the other. All have points of the same labels, at least one.
func Write(w io.Writer, panels ...Panel) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, panelHeight*len(panels))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, panelHeight*len(panels))
	for k, p := range panels {
		fmt.Fprintf(&b, `<g transform="translate(0,%d)">`+"\n", k*panelHeight)
		p.draw(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Panel) draw(b *strings.Builder) {
	high := 0.0
	for _, at := range p.Points {
		high = max(high, at.Mid, at.High)
	}
	step := niceStep(high)
	high = math.Ceil(high/step) * step
	y := func(v float64) float64 { return panelHeight - bottom - v/high*(panelHeight-top-bottom) }
	x := func(i int) float64 {
		if len(p.Points) == 1 {
			return (left + width - right) / 2
		}
		return left + 24 + float64(i)*float64(width-left-right-48)/float64(len(p.Points)-1)
	}
	fmt.Fprintf(b, `<text x="%d" y="18" font-weight="bold">%s</text>`+"\n", left, html.EscapeString(p.Title))
	for v := 0.0; v <= high+step/2; v += step {
		fmt.Fprintf(b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/>`+"\n", left, width-right, y(v), y(v))
		fmt.Fprintf(b, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", left-6, y(v)+4, short(v))
	}
	var line []string
	for i, at := range p.Points {
		line = append(line, fmt.Sprintf("%.1f,%.1f", x(i), y(at.Mid)))
		if at.High > at.Low {
			fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#456" stroke-width="2"/>`+"\n", x(i), x(i), y(at.Low), y(at.High))
		}
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="#156"/>`+"\n", x(i), y(at.Mid))
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x(i), panelHeight-bottom+18, html.EscapeString(at.Label))
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="#156" stroke-width="1.5"/>`+"\n", strings.Join(line, " "))
}

// niceStep is the distance of the lines of a grid: 1, 2 or 5 times a power of ten, about four of them.
func niceStep(high float64) float64 {
	if high <= 0 {
		return 1
	}
	ten := math.Pow(10, math.Floor(math.Log10(high/4)))
	for _, k := range []float64{1, 2, 5} {
		if high/(k*ten) <= 5 {
			return k * ten
		}
	}
	return 10 * ten
}

// short writes a number of a grid.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%g M", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%g k", v/1e3)
	}
	return fmt.Sprintf("%g", math.Round(v*1e6)/1e6)
}
