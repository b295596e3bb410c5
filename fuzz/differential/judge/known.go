package judge

import (
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Known is a difference that is kept on purpose. docs/compatibility.md explains each one under the same name.
type Known struct {
	Name  string
	Match func(t *trial.Trial, d Difference) bool
}

// KnownDifferences lists them, in the order of the document.
func KnownDifferences() []Known {
	return []Known{
		{"object-identity-text", identityText},
		{"replacefield-old-names", replaceFieldOldNames},
		{"deep-nesting", deepNesting},
		{"regex-time-limit", regexTimeLimit},
	}
}

// NameOf returns the name of the known difference that d is, or "".
func NameOf(t *trial.Trial, d Difference) string {
	for _, k := range KnownDifferences() {
		if k.Match(t, d) {
			return k.Name
		}
	}
	return ""
}

// identityText: Java prints a byte array as [B@ and its address in memory, which is another at every run.
func identityText(t *trial.Trial, d Difference) bool {
	return d.Part != "error type" && strings.Contains(d.Want, "[B@")
}

// replaceFieldOldNames: the names that ReplaceField had before 4.0 still work here.
func replaceFieldOldNames(t *trial.Trial, _ Difference) bool {
	for _, p := range t.Plugins {
		if strings.HasPrefix(p.Class, "org.apache.kafka.connect.transforms.ReplaceField$") && (hasKey(p.Config, "blacklist") || hasKey(p.Config, "whitelist")) {
			return true
		}
	}
	return false
}

func hasKey(config []protocol.Pair, key string) bool {
	for _, p := range config {
		if p.Key == key {
			return true
		}
	}
	return false
}

// deepNesting: where Java overflows its stack, a bounded depth answers with an error that can be tolerated.
func deepNesting(_ *trial.Trial, d Difference) bool {
	return d.Part == "error type" && strings.HasPrefix(d.Want, "StackOverflowError") && strings.HasPrefix(d.Got, "DataException")
}

// regexTimeLimit: a regular expression that backtracks for longer than its limit fails the record.
func regexTimeLimit(_ *trial.Trial, d Difference) bool {
	return d.Part == "error type" && strings.HasPrefix(d.Got, "ConnectException") && strings.Contains(d.Got, "regular expression") && strings.Contains(d.Got, "time limit")
}
