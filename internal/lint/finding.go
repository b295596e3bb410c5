package lint

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is one broken rule at one place.
type Finding struct {
	Rule string // a Rule… constant
	File string // slash path below the root of the tree
	Line int    // 1-based; 0 = the whole file or folder
	Text string // which sentence was broken, and what to do
}

// The rules, as Finding.Rule and Exception.Rule name them.
const (
	RuleImport   = "import table"
	RuleModule   = "module"
	RuleUnsafe   = "unsafe"
	RuleName     = "package name"
	RuleTopLevel = "top level"
	RuleInit     = "init"
	RuleGlobal   = "global state"
	RuleSleep    = "sleep in test"
	RuleSkip     = "skip in test"
	RuleUnfinish = "unfinished"
	RuleLong     = "long file"
	RulePath     = "machine path"
	RuleParse    = "parse"
)

func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", f.File, f.Rule, f.Text)
	}
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Text)
}

func sortFindings(fs []Finding) {
	slices.SortFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Text, b.Text))
	})
}
