package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/migrate"
)

// migrateFlags say where the configs of connectors are, and how to print what is found.
type migrateFlags struct{ connectors, rest, output string }

func (p *program) migrateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "migrate",
		Short: "What to know before workers of Java make room for this program",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.migrateCheckCommand())
	return c
}

func (p *program) migrateCheckCommand() *cobra.Command {
	f := &migrateFlags{}
	c := &cobra.Command{
		Use:   "check [flags] worker.properties",
		Short: "List what of a worker's and its connectors' configs cannot run here",
		Long: "Reads a worker file and the configs of the cluster's connectors, and lists every connector, transform, predicate, converter\n" +
			"and config provider that is no part of this program, and every key whose value it refuses. Configs come from the config topic\n" +
			"of the worker file, or from where --connectors or --rest says. Nothing is started or changed; validation may ask the systems\n" +
			"that connectors work with.\n\n" +
			"Exit codes: 1 something cannot run here, 2 the check could not be made.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkOutput(f.output); err != nil {
				return err
			}
			r, err := p.migrateCheck(c.Context(), args[0], f)
			if err != nil {
				return &ended{code: exitStart, err: err}
			}
			if err := r.write(p.stdout, f.output); err != nil {
				return err
			}
			if len(r.Obstacles) > 0 {
				return &ended{code: exitUsage}
			}
			return nil
		},
	}
	c.Flags().StringVar(&f.connectors, "connectors", "", "Folder of connector files (JSON or properties), in place of the config topic.")
	c.Flags().StringVar(&f.rest, "rest", "", "URL of a running worker, whose REST API is asked in place of the config topic.")
	c.Flags().StringVar(&f.output, "output", outputText, "text, or json for machines.")
	c.MarkFlagsMutuallyExclusive("connectors", "rest")
	return c
}

// migrateReport is what a check found.
type migrateReport struct {
	Worker     string             `json:"worker"`
	Source     string             `json:"source"` // of the connectors' configs
	Connectors int                `json:"connectors"`
	Obstacles  []migrate.Obstacle `json:"obstacles"`
}

func (r *migrateReport) write(w io.Writer, output string) error {
	if output == outputJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	if len(r.Obstacles) > 0 {
		if err := writeObstacles(w, r.Obstacles); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	stopped := map[string]struct{}{}
	for _, o := range r.Obstacles {
		stopped[o.Connector] = struct{}{}
	}
	_, worker := stopped[""]
	delete(stopped, "")
	text := "the worker starts here"
	if worker {
		text = "the worker does not start here"
	}
	_, err := fmt.Fprintf(w, "%s: %s; %s: of %d connectors %d cannot run here\n", r.Worker, text, r.Source, r.Connectors, len(stopped))
	return err
}

// writeObstacles writes a table.
func writeObstacles(w io.Writer, list []migrate.Obstacle) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "CONNECTOR\tKIND\tKEY\tWHY")
	for _, o := range list {
		name := o.Connector
		if name == "" {
			name = "(the worker)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", name, o.Kind, o.Key, o.Text)
	}
	return t.Flush()
}

func connectorNames(configs map[string]map[string]string) []string {
	return slices.Sorted(maps.Keys(configs))
}
