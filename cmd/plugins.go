package cmd

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func (p *program) pluginsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "plugins",
		Short: "List the plugins",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "TYPE\tVERSION\tCLASS")
			for _, i := range p.plugins.List() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", i.Type, i.Version, i.Class)
			}
			return w.Flush()
		},
	}
}
