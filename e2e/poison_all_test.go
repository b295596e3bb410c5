//go:build soak

package e2e

// poisonSize takes some minutes.
var poisonSize = poisonRun{records: 1_000_000, slices: 25, cuts: 5}
