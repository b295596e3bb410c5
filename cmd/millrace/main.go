// Command millrace is Kafka Connect in Go.
package main

import (
	"os"

	"github.com/millrace/millrace/cmd"
	"github.com/millrace/millrace/cmd/bundled"
)

func main() { os.Exit(cmd.Main(os.Args, bundled.Plugins())) }
