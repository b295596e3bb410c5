// Package lint checks the shape of the repository: who imports whom, which names and constructs are
// kept out, what stands at the top level.
//
// The rules are data: Rows is the import table, Modules says who may import which library, Exceptions
// lists what a rule lets through and why. Check reads a tree once and returns findings; it knows no
// build tags, so a file is checked on every platform. Tests run it over this repository and over small
// trees that break one rule each.
//
// What needs whole-program types (unused code, unchecked errors) is golangci-lint's part, not here.
package lint
