//go:build e2e && !soak

package e2e

// allCells says that every cell of errors is run, and not few.
const allCells = false
