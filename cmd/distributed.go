package cmd

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/logs"
)

func (p *program) distributedCommand() *cobra.Command {
	var flags *workerFlags
	var daemon bool
	c := &cobra.Command{
		Use:   "distributed [flags] worker.properties",
		Short: "A worker of a cluster",
		Long: "Runs a worker as connect-distributed.sh does, whose name the program may have too. Workers of one group.id,\n" +
			"Java's among them, share connectors and tasks. Connectors are created through the REST API.\n\n" +
			"Exit codes: 1 no worker file, or the herder cannot go on, 2 the worker cannot start.\n\n" +
			"The environment is read as by standalone.",
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usageOf(c)
			case daemon:
				return p.detach("distributed", args, flags)
			}
			return p.distributed(c.Context(), args[0], flags)
		},
	}
	flags = addWorkerFlags(c, distributedDef())
	c.Flags().BoolVar(&daemon, "daemon", false, "Run in the background, as -daemon of Kafka's scripts does; output goes to connectDistributed.out in LOG_DIR (logs).")
	p.helpFails(c)
	return c
}

// distributed runs a worker until a signal comes or its herder cannot go on.
// Source: AbstractConnectCli.run, ConnectDistributed.
func (p *program) distributed(ctx context.Context, file string, flags *workerFlags) error {
	ctx, release := p.untilSignal(ctx)
	defer release()
	lines := logs.New(p.stdout, logs.Options{Levels: flags.levels, Secret: config.LooksSecret, Mask: config.MaskText})
	log := lines.Logger(clusterCLILogger)
	logStart(lines, clusterCLILogger)
	began := time.Now()
	props, err := readWorkerFile(file, flags.set, log)
	if err != nil {
		return p.startFailed(ctx, log, err)
	}
	w, err := newClusterWorker(ctx, workerOptions{props: props, plugins: p.plugins, logs: lines, java: parseJavaOptions(os.Getenv("KAFKA_OPTS"))})
	if err != nil {
		return p.startFailed(ctx, log, err)
	}
	log.Info(fmt.Sprintf("Kafka Connect worker initialization took %dms", time.Since(began).Milliseconds()))
	w.start(ctx)
	var failed error
	select {
	case <-ctx.Done():
		log.Info("told to stop", "signal", context.Cause(ctx).Error())
	case failed = <-w.ended:
		logFailure(log, "Uncaught exception in herder work thread, exiting", failed)
		w.ended <- nil
	}
	if err := w.stop(); err != nil {
		logFailure(log, "the worker did not stop cleanly", err)
		return &ended{code: exitConnector}
	}
	if failed != nil {
		return &ended{code: exitUsage}
	}
	return nil
}
