//go:build soak

package e2e

import (
	"net/http"
	"testing"
	"time"
)

// TestRegistry_IsOutlasted: schemas change in mid-stream and a registry, that of dev and a published one, is away, slow or answers
// nonsense for a minute each time, and nothing is lost.
func TestRegistry_IsOutlasted(t *testing.T) {
	dev, ours := startDev(t, suite.Program(t), nil)
	theirs := suite.StartApicurio(t, "records whose schemas are in a published registry")
	for _, registry := range []struct{ name, url string }{{"dev", ours}, {"apicurio", theirs}} {
		for _, f := range schemaFormats {
			t.Run(registry.name+"/"+f.name, func(t *testing.T) {
				// Apicurio takes a wider integer of Protobuf for incompatible, and a new member of an object that is open. It has NONE where it had another level.
				levels := []string{"BACKWARD"}
				if f.name != "avro" {
					levels = append(levels, "NONE")
				}
				for _, level := range levels {
					if got := registryAnswer(t, registry.url, http.MethodPut, "/config", `{"compatibility":"`+level+`"}`, "compatibility"); got != "200 compatibility="+level {
						t.Fatal(got)
					}
				}
				outlast(t, dev, registry.url, f.name, f.converter, 100_000, time.Minute)
			})
		}
	}
}
