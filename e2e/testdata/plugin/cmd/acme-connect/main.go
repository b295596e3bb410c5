// Command acme-connect is the stock program with Acme's plugins.
package main

import (
	"os"

	"example.com/acme/hexadecimal"
	"example.com/acme/ledger"
	"example.com/acme/suffix"
	"example.com/acme/ticks"

	"github.com/millrace/millrace/cmd"
	"github.com/millrace/millrace/cmd/bundled"
)

func main() {
	set := bundled.Plugins()
	set.Connectors.Register(ticks.Class(), ledger.Class())
	set.Converters.Register(hexadecimal.Class())
	set.Transforms.Register(suffix.Class())
	os.Exit(cmd.Main(os.Args, set))
}
