package cmd

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// kafkaVersion is the release of the original whose behaviour the program has.
const kafkaVersion = "4.3.1"

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(p.stdout, "millrace %s, as Kafka Connect %s (%s, %s/%s)\n", version, kafkaVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
