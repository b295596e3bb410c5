package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/logs"
)

func (p *program) standaloneCommand() *cobra.Command {
	var flags *workerFlags
	var daemon bool
	c := &cobra.Command{
		Use:   "standalone [flags] worker.properties [connector1.properties connector2.json ...]",
		Short: "A worker that stands alone",
		Long: "Runs a worker as connect-standalone.sh does, whose name the program may have too. Connector files are created\n" +
			"in their order; the first that fails ends the worker.\n\n" +
			"Exit codes: 1 no worker file, 2 the worker cannot start, 3 a connector file cannot be created.\n\n" +
			"The environment variable GOMEMLIMIT sets the memory limit, nine tenths of the container's or the machine's\n" +
			"memory by default; GOGC has Go's meaning, without it memory without pointers does not count, as batches have it.\n" +
			"Of KAFKA_OPTS the system properties java.security.auth.login.config,\n" +
			"java.security.krb5.conf and org.apache.kafka.sasl.oauthbearer.allowed.urls are read.",
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usageOf(c)
			case daemon:
				return p.detach("standalone", args, flags)
			}
			return p.standalone(c.Context(), args[0], args[1:], flags)
		},
	}
	flags = addWorkerFlags(c, standaloneDef())
	c.Flags().BoolVar(&daemon, "daemon", false, "Run in the background, as -daemon of Kafka's scripts does; output goes to connectStandalone.out in LOG_DIR (logs).")
	p.helpFails(c)
	return c
}

// usageOf prints the usage; a worker command without arguments fails with it, as Java's does.
func usageOf(c *cobra.Command) error {
	if err := c.Usage(); err != nil {
		return err
	}
	return &ended{code: exitUsage}
}

// helpFails makes --help of a worker command end with exitUsage, as Java's does.
func (p *program) helpFails(c *cobra.Command) {
	help := c.HelpFunc()
	c.SetHelpFunc(func(c *cobra.Command, args []string) {
		help(c, args)
		p.helpAsked = true
	})
}

// standalone runs a worker until a signal comes.
// Source: AbstractConnectCli.run, ConnectStandalone.processExtraArgs.
func (p *program) standalone(ctx context.Context, file string, files []string, flags *workerFlags) error {
	ctx, release := p.untilSignal(ctx)
	defer release()
	lines := logs.New(p.stdout, logs.Options{Levels: flags.levels, Secret: config.LooksSecret, Mask: config.MaskText})
	log := lines.Logger(cliLogger)
	logStart(lines, cliLogger)
	began := time.Now()
	props, err := readWorkerFile(file, flags.set, log)
	if err != nil {
		return p.startFailed(ctx, log, err)
	}
	w, err := newWorker(ctx, workerOptions{props: props, plugins: p.plugins, logs: lines, java: parseJavaOptions(os.Getenv("KAFKA_OPTS"))})
	if err != nil {
		return p.startFailed(ctx, log, err)
	}
	log.Info(fmt.Sprintf("Kafka Connect worker initialization took %dms", time.Since(began).Milliseconds()))
	if err := w.start(ctx); err != nil {
		logFailure(log, "Failed to start Connect", err)
		return p.stopped(w, &ended{code: exitConnector})
	}
	for _, name := range files {
		if err := createFrom(ctx, w, log, name); err != nil {
			if ctx.Err() != nil {
				break // it was told to stop
			}
			logFailure(log, "Stopping after connector error", err)
			return p.stopped(w, &ended{code: exitConnector})
		}
	}
	w.herder.Ready()
	<-ctx.Done()
	log.Info("told to stop", "signal", context.Cause(ctx).Error())
	return p.stopped(w, nil)
}

// startFailed logs why a worker does not start. What a signal cut short is no failure.
func (p *program) startFailed(ctx context.Context, log *slog.Logger, err error) error {
	if ctx.Err() != nil {
		log.Info("told to stop before the worker had started", "signal", context.Cause(ctx).Error())
		return nil
	}
	logFailure(log, "Stopping due to error", err)
	return &ended{code: exitStart}
}

// stopped stops a worker and returns end, unless the stop itself goes wrong first.
func (p *program) stopped(w *worker, end error) error {
	if err := w.stop(); err != nil {
		logFailure(w.log, "the worker did not stop cleanly", err)
		if end == nil {
			return &ended{code: exitConnector}
		}
	}
	return end
}

func createFrom(ctx context.Context, w creator, log *slog.Logger, name string) error {
	c, err := readConnectorFile(name)
	if err != nil {
		return err
	}
	if err := w.create(ctx, c); err != nil {
		if ctx.Err() == nil {
			log.Error("Failed to create connector for " + name)
		}
		return err
	}
	log.Info("Created connector " + c.name)
	return nil
}

// creator creates connectors.
type creator interface {
	create(context.Context, *connectorFile) error
}

// logFailure logs what could not be done. The error's text stands in the message as it is, since tools look for
// Java's texts; its Java class and the texts of its causes follow.
func logFailure(log *slog.Logger, what string, err error) {
	var attrs []any
	if class := configClass(err); class != "" {
		attrs = append(attrs, "class", class)
	}
	said := err.Error()
	what += ": " + said
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
		if text := cause.Error(); !strings.Contains(said, text) {
			said = text
			attrs = append(attrs, "caused_by", text)
		}
	}
	log.Error(what, attrs...)
}
