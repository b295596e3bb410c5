// Package exactlyonce says what a worker's exactly.once.source.support means, for both halves of the program.
package exactlyonce

import "strings"

// Key is the worker's key.
const Key = "exactly.once.source.support"

// Support is a value of the key. Source: DistributedConfig.ExactlyOnceSourceSupport.
type Support string

// The values. A cluster is upgraded from one to the next, worker by worker.
const (
	Disabled  Support = "disabled"
	Preparing Support = "preparing" // leaders write the config topic in transactions
	Enabled   Support = "enabled"   // and source tasks their records
)

// Of reads a worker's properties. What is no value, which workers refuse when they start, is Disabled.
func Of(worker map[string]string) Support {
	text := strings.TrimSpace(worker[Key])
	for _, s := range []Support{Preparing, Enabled} {
		if strings.EqualFold(text, string(s)) {
			return s
		}
	}
	return Disabled
}

// Enabled reports whether source tasks deliver exactly once.
func (s Support) Enabled() bool { return s == Enabled }

// Leads reports whether leaders write the config topic in transactions.
func (s Support) Leads() bool { return s != Disabled }
