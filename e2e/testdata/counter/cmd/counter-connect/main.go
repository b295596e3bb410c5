// Command counter-connect is the stock program with a source that counts and a sink that writes offsets.
package main

import (
	"os"

	"example.com/counter/counter"

	"github.com/millrace/millrace/cmd"
	"github.com/millrace/millrace/cmd/bundled"
)

func main() {
	set := bundled.Plugins()
	set.Connectors.Register(counter.Class(), counter.SinkClass())
	os.Exit(cmd.Main(os.Args, set))
}
