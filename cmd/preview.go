package cmd

import (
	"bufio"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/explain"
)

// previewFlags are those of preview.
type previewFlags struct {
	toolFlags
	from, topic string
	n           int
}

func (p *program) previewCommand() *cobra.Command {
	f := &previewFlags{}
	c := &cobra.Command{
		Use:   "preview CONNECTOR (--from RECORDS | --topic TOPIC)",
		Short: "Show what a connector's config does to records, transform by transform",
		Long: "Takes records of a file, or the last ones of a topic, through the converters and transforms of a connector's config, and shows each before and after every transform. " +
			"Nothing is produced and nothing committed; a topic is read without a group. See docs/tools.md.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch err := f.check(); {
			case err != nil:
				return err
			case (f.from == "") == (f.topic == ""):
				return errors.New("preview needs either --from or --topic")
			case f.n < 1:
				return errors.New("-n must be at least 1")
			}
			return p.preview(c, args[0], f)
		},
	}
	f.add(c)
	c.Flags().StringVar(&f.from, "from", "", "File of records, one JSON object a line.")
	c.Flags().StringVar(&f.topic, "topic", "", "Topic to read the last records of; the worker file says where it is.")
	c.Flags().IntVarP(&f.n, "records", "n", 20, "Records of the topic.")
	return c
}

func (p *program) preview(c *cobra.Command, name string, f *previewFlags) error {
	s, err := p.subject(name, f.worker)
	if err != nil {
		return err
	}
	defer s.Worker.Close(c.Context())
	if s.File.Broken {
		_ = explain.WriteFindings(p.stderr, name, s.File.Findings)
		return &ended{code: exitUsage}
	}
	r, err := openRunner(c.Context(), s)
	if err != nil {
		return p.refused(c.Context(), s, err)
	}
	var records []*explain.Record
	switch {
	case f.from != "":
		records, err = readRecords(f.from)
	case !r.Sink():
		err = errors.New("--topic is for sinks: a source's transforms get what the connector makes, which --from can give")
	default:
		records, err = lastRecords(c.Context(), s, f.topic, f.n)
	}
	if err == nil {
		err = p.show(c.Context(), r, records, f.output)
	}
	return errors.Join(err, r.Close())
}

// refused tells why a config has no pipeline: as lint says it, where it finds the reason.
func (p *program) refused(ctx context.Context, s *explain.Subject, cause error) error {
	list, err := s.Lint(ctx)
	if err != nil || !explain.HasErrors(list) {
		return cause
	}
	_ = explain.WriteFindings(p.stderr, s.File.Name, list)
	return &ended{code: exitUsage}
}

// show takes records through r and writes what became of them.
func (p *program) show(ctx context.Context, r *explain.Runner, records []*explain.Record, output string) error {
	w := bufio.NewWriter(p.stdout)
	for i, rec := range records {
		t, err := r.Run(ctx, rec)
		switch {
		case err != nil:
			_ = w.Flush()
			return err
		case output == outputJSON:
			_, err = w.Write(append(t.AppendJSON(nil, i+1), '\n'))
		default:
			if i > 0 {
				_ = w.WriteByte('\n') // Flush tells
			}
			err = t.WriteText(w, i+1)
		}
		if err != nil {
			return err
		}
	}
	return w.Flush()
}
