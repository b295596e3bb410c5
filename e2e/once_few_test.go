//go:build e2e && !soak

package e2e

import "github.com/millrace/millrace/e2e/harness"

// onceRuns are those of TestExactlyOnceFaults that every change can afford.
func onceRuns() onceSize {
	return onceSize{side: harness.Millrace, first: 1, seeds: 3, lanes: 3, brokers: 1}
}
