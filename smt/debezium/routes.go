package debezium

import (
	"maps"

	"github.com/millrace/millrace/internal/java/regex"
)

// route is what an expression makes of a topic.
type route struct {
	name string
	ok   bool // the topic matches
	err  error
}

// routes remembers what became of topics, so that no expression is tried again for every record of one: answers as long as there
// is room, errors for the batch in work, as an expression may come to its end when the machine is less busy.
//
// The zero value is usable.
type routes struct {
	known  map[string]route
	failed bool // there are errors
}

// Bounds of routes: how many, and how long a name that is kept may be, in bytes.
const (
	routesMax    = 1024
	routeNameMax = 1024
)

// nextBatch forgets errors.
func (r *routes) nextBatch() {
	if r.failed {
		maps.DeleteFunc(r.known, func(_ string, to route) bool { return to.err != nil })
		r.failed = false
	}
}

// of returns what becomes of a topic, which ask knows.
func (r *routes) of(topic string, ask func(topic string) route) route {
	if to, ok := r.known[topic]; ok {
		return to
	}
	to := ask(topic)
	if len(topic) > routeNameMax {
		return to
	}
	if len(r.known) >= routesMax || r.known == nil {
		r.known, r.failed = map[string]route{}, false
	}
	r.known[topic] = to
	r.failed = r.failed || to.err != nil
	return to
}

// replaced returns a text that matches as a whole with its replacement, others as they are. Source: RegexRouter.
func replaced(p *regex.Pattern, text, replacement string) (to route) {
	if to.ok, to.err = p.Matches(text); to.err != nil || !to.ok {
		return route{name: text, err: to.err}
	}
	to.name, to.err = p.ReplaceFirst(text, replacement)
	return to
}
