//go:build soak

package e2e

// allCells says that every cell of errors is run, which takes a minute.
const allCells = true
