package deadletter

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Cause is what letters have in common that died of the same. A letter without context headers has the zero Cause.
type Cause struct {
	Connector string `json:"connector"`
	Task      string `json:"task"`
	Stage     string `json:"stage"`
	Class     string `json:"class"` // of the converter, transform or connector that was executing
	Exception string `json:"exception"`
}

// Group is the letters of one cause.
type Group struct {
	Cause
	Count   int       `json:"count"`
	First   time.Time `json:"first"` // timestamps of the records that died
	Last    time.Time `json:"last"`
	Example string    `json:"example"` // partition@offset of the first that was read
	Message string    `json:"message"` // of the example
	Root    string    `json:"root"`    // of the example: its last "Caused by: "; "" where nothing else caused it
}

// Groups counts letters by cause. The zero value is empty.
type Groups struct {
	byCause map[Cause]*Group
}

// Add counts a letter.
func (g *Groups) Add(l *Letter) {
	if g.byCause == nil {
		g.byCause = map[Cause]*Group{}
	}
	of := g.byCause[l.Cause]
	if of == nil {
		of = &Group{Cause: l.Cause, First: l.Timestamp, Last: l.Timestamp, Example: l.Place(), Message: l.Message, Root: l.root()}
		g.byCause[l.Cause] = of
	}
	of.Count++
	if l.Timestamp.Before(of.First) {
		of.First = l.Timestamp
	}
	if l.Timestamp.After(of.Last) {
		of.Last = l.Timestamp
	}
}

// List returns the groups, the largest first.
func (g *Groups) List() []*Group {
	out := make([]*Group, 0, len(g.byCause))
	for _, of := range g.byCause {
		out = append(out, of)
	}
	slices.SortFunc(out, func(a, b *Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Connector, b.Connector), cmp.Compare(a.Task, b.Task),
			cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Exception, b.Exception))
	})
	return out
}

// Filter selects letters; zero fields select all.
type Filter struct {
	Stage            string // Java's name, case ignored
	Class, Exception string // full or simple name
	Key              string // the bytes of the key; only if HasKey
	HasKey           bool
	Since, Until     time.Time // of the timestamp: from, and before
	Origin           *Range
}

// Range is offsets of one partition of an original topic, both ends included.
type Range struct {
	Topic     string
	Partition int32
	From, To  int64
}

// Match reports whether the filter selects l.
func (f *Filter) Match(l *Letter) bool {
	return (f.Stage == "" || strings.EqualFold(f.Stage, l.Stage)) &&
		sameClass(f.Class, l.Class) && sameClass(f.Exception, l.Exception) &&
		(!f.HasKey || l.Key != nil && f.Key == string(l.Key)) &&
		(f.Since.IsZero() || !l.Timestamp.Before(f.Since)) && (f.Until.IsZero() || l.Timestamp.Before(f.Until)) &&
		(f.Origin == nil || l.HasOrigin && f.Origin.has(l.Origin))
}

func (r *Range) has(p Place) bool {
	return p.Topic == r.Topic && p.Partition == r.Partition && p.Offset >= r.From && p.Offset <= r.To
}

// sameClass compares a class with what a user calls it.
func sameClass(asked, class string) bool {
	return asked == "" || asked == class || asked == class[strings.LastIndexAny(class, ".$")+1:] || strings.HasSuffix(class, "."+asked)
}
