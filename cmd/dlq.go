package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/deadletter"
	"github.com/millrace/millrace/engine/settings"
)

func (p *program) dlqCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "dlq",
		Short: "List, show, explain and replay a connector's dead letters",
		Long: "Looks at the dead letter topic of a connector: why records died, what they hold, whether they would pass now, and takes those that would back to the topic that they came from. " +
			"The connector is that of a file, or one of a running worker: --worker http://localhost:8083 --connector NAME. Only replay writes. See docs/dlq.md.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.dlqListCommand(), p.dlqShowCommand(), p.dlqExplainCommand(), p.dlqReplayCommand())
	return c
}

// dlqFlags are those of all commands about dead letters.
type dlqFlags struct {
	toolFlags
	topic, connector string
}

func (f *dlqFlags) add(c *cobra.Command) {
	f.toolFlags.add(c)
	c.Flags().Lookup("worker").Usage += " Or the URL of a running worker, as http://localhost:8083: --connector names the connector then, in place of a file."
	c.Flags().StringVar(&f.connector, "connector", "", "Connector of the running worker that --worker names.")
	c.Flags().StringVar(&f.topic, "topic", "", "Dead letter topic. Default: the connector's "+settings.DeadLetterTopic+".")
}

// remote reports whether a running worker is asked.
func (f *dlqFlags) remote() bool {
	return strings.HasPrefix(f.worker, "http://") || strings.HasPrefix(f.worker, "https://")
}

// args takes a connector file, unless a running worker is asked, and n arguments more.
func (f *dlqFlags) args(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case !f.remote() && f.connector != "":
			return errors.New("--connector names a connector of a running worker: --worker must be its URL, as in http://localhost:8083")
		case !f.remote():
			return cobra.ExactArgs(n+1)(c, args)
		case f.connector == "":
			return errors.New("--connector is missing: it names the connector of the running worker, in place of a file")
		case f.topic != "":
			return errors.New("--topic is for connector files: a running worker looks at its connector's dead letter topic")
		}
		return cobra.ExactArgs(n)(c, args)
	}
}

// letterDesk is where dead letters of a connector are looked at.
type letterDesk interface {
	list(ctx context.Context, options map[string]string) (*letterList, error)
	show(ctx context.Context, place string) (*shownLetter, error)
	explain(ctx context.Context, place string) (*explainedLetter, error)
	// replay tells while it goes on how far it is, of at most so many letters.
	replay(ctx context.Context, options map[string]string, told func(t deadletter.Tally, of int64)) (deadletter.Tally, error)
	close(ctx context.Context)
}

// openDesk opens the desk that the flags name. The caller closes it.
func (p *program) openDesk(ctx context.Context, args []string, f *dlqFlags) (letterDesk, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.remote() {
		return newRemoteDesk(f.worker, f.connector)
	}
	s, err := p.subject(args[0], f.worker)
	if err != nil {
		return nil, err
	}
	l := &letters{subject: s, clients: toolClients(), ownWorker: true, program: p}
	if err = l.open(ctx, f.topic); err != nil {
		l.close(ctx)
		return nil, err
	}
	return l, nil
}
