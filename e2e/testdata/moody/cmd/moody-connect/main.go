// Command moody-connect is the stock program with plugins that fail on demand.
package main

import (
	"os"

	"example.com/moody/moody"

	"github.com/millrace/millrace/cmd"
	"github.com/millrace/millrace/cmd/bundled"
)

func main() {
	set := bundled.Plugins()
	set.Connectors.Register(moody.Source(), moody.Sink(), moody.Ledger())
	set.Converters.Register(moody.Converter())
	set.Transforms.Register(moody.Transform())
	set.Predicates.Register(moody.Predicate())
	os.Exit(cmd.Main(os.Args, set))
}
