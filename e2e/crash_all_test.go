//go:build soak

package e2e

import (
	"flag"
	"regexp"
)

var crashPoints = flag.String("crash.points", "", "regular expression of the points that TestCrash tries; all when empty")

// tryCrash says which points TestCrash tries.
func tryCrash() func(crashPoint) bool {
	names := regexp.MustCompile(*crashPoints)
	return func(p crashPoint) bool { return names.MatchString(p.name) }
}
