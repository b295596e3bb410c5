//go:build e2e && !soak

package e2e

import "testing"

// TestRegistry_IsOutlasted: schemas change in mid-stream and the registry of dev fails in every way, and nothing is lost.
func TestRegistry_IsOutlasted(t *testing.T) {
	dev, registry := startDev(t, suite.Program(t), nil)
	for _, f := range schemaFormats {
		t.Run(f.name, func(t *testing.T) { outlast(t, dev, registry, f.name, f.converter, 500, 0) })
	}
}
