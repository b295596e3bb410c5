//go:build e2e && soak

package e2e

import (
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_PostGIS compares the types of PostGIS, where the server has the extension.
func TestPostgres_PostGIS(t *testing.T) {
	c := newCapture(t, map[string]harness.Properties{
		"defaults": {},
		"unknown":  {"include.unknown.datatypes": "true", "binary.handling.mode": "base64", "column.propagate.source.type": ".*"},
	})
	db := c.server.Connect("postgres")
	defer db.Close()
	if len(db.Query("select 1 from pg_available_extensions where name = 'postgis'")) == 0 {
		harness.Need(t, &harness.MissingError{What: "PostGIS", Why: "the server does not have the extension", Install: "the package postgresql-15-postgis-3"}, "the types of PostGIS")
	}
	c.compare(t, "testdata/postgres/postgis.sql")
}
