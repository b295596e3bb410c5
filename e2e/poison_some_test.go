//go:build e2e && !soak

package e2e

// poisonSize of every run of the tests.
var poisonSize = poisonRun{records: 20_000, slices: 2, cuts: 1}
