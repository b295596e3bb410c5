//go:build e2e || faults || soak

package e2e

import (
	"os"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

var suite = &harness.Suite{}

func TestMain(m *testing.M) { os.Exit(suite.Main(m)) }
