//go:build crashpoints

package crash

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// variable of the environment says where to die.
const variable = "MILLRACE_CRASH"

// plan is where this process dies.
type plan struct {
	point  Point
	nth    int64
	passed atomic.Int64
}

// armed is read once: a process dies at one point.
var armed = sync.OnceValue(func() *plan {
	text, set := os.LookupEnv(variable)
	if !set {
		return nil
	}
	p, err := parse(text)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", variable, err)
		os.Exit(2)
	}
	return p
})

func parse(text string) (*plan, error) {
	name, nth, counted := strings.Cut(text, ":")
	p := &plan{point: Point(name), nth: 1}
	if !slices.ContainsFunc(Points, func(s Step) bool { return s.Point == p.point }) {
		return nil, fmt.Errorf("no point is named %q", name)
	}
	if counted {
		var err error
		if p.nth, err = strconv.ParseInt(nth, 10, 64); err != nil || p.nth < 1 {
			return nil, fmt.Errorf("%q is no number of a passage, from 1 on", nth)
		}
	}
	return p, nil
}

// At kills the process if this is where and when it is to die. The process is gone when it would return.
func At(at Point) {
	p := armed()
	if p == nil || p.point != at || p.passed.Add(1) != p.nth {
		return
	}
	die()
}
