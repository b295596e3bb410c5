package cmd

import "github.com/spf13/cobra"

func (p *program) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "millrace",
		Short:         "Kafka Connect in Go",
		Long:          "Millrace runs Kafka Connect's connector configs, REST API and offsets on a columnar engine.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.AddCommand(p.standaloneCommand(), p.distributedCommand(), p.devCommand(), p.pluginsCommand(), p.configCommand(), p.metricsCommand(), p.explainCommand(), p.previewCommand(), p.testCommand(), p.verifyCommand(), p.dlqCommand(), p.conformanceCommand(), p.migrateCommand(), p.versionCommand())
	return root
}
