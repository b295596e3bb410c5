// Command counter-connect is the stock program with a source that counts.
package main

import (
	"os"

	"example.com/counter/counter"

	"github.com/millrace/millrace/cmd"
	"github.com/millrace/millrace/cmd/bundled"
)

func main() {
	set := bundled.Plugins()
	set.Connectors.Register(counter.Class())
	os.Exit(cmd.Main(os.Args, set))
}
