package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// restPort is Connect's.
const restPort = 8083

// devFlags are the flags of dev beside those of every worker.
type devFlags struct {
	*workerFlags
	data         string
	demo         string // kind of the demonstration; "": none
	postgres     string // of the demonstration cdc
	kafkaPort    int
	registryPort int
	workers      int
}

func (p *program) devCommand() *cobra.Command {
	f := &devFlags{}
	c := &cobra.Command{
		Use:   "dev [flags] [connector1.properties connector2.json ...]",
		Short: "Workers with a broker of their own, on loopback, for trying things out",
		Long: "Starts a Kafka broker and a Schema Registry inside the process, a worker with JSON converters without schemas, and\n" +
			"its REST API; all of it on loopback. The broker is one node without replication: nothing that counts belongs there.\n" +
			"What is created through REST lives until the end; topics, schemas and offsets stay with --data.\n\n" +
			"With --workers, workers of a cluster share the work. They keep their connectors in Kafka too, and so with --data.",
		RunE: func(c *cobra.Command, args []string) error { return p.dev(c.Context(), args, f) },
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.data, "data", "", "Folder for topics, schemas, offsets and files, kept at the end. Without it a temporary one is removed.")
	c.Flags().StringVar(&f.demo, "demo", "", "Run a demonstration. files, also where nothing follows: a pipeline over a file that grows, and a load generator. cdc: a PostgreSQL server on loopback, from the installed package, whose changes are captured.")
	c.Flags().Lookup("demo").NoOptDefVal = filesDemo
	c.Flags().StringVar(&f.postgres, "postgres", "", "For --demo cdc: URL of a PostgreSQL server that runs, of a user who may create a schema and replicate. What is made there is removed at the end.")
	c.Flags().IntVar(&f.kafkaPort, "kafka-port", 0, "Port of the broker. Default 0: any that is free.")
	c.Flags().IntVar(&f.registryPort, "registry-port", registryPort, "Port of the Schema Registry; any that is free where it is taken.")
	c.Flags().IntVar(&f.workers, "workers", 1, "Workers, which are those of a cluster where there are several.")
	f.workerFlags = addWorkerFlags(c, standaloneDef())
	return c
}

// dev runs until a signal comes.
func (p *program) dev(ctx context.Context, files []string, f *devFlags) error {
	ctx, release := p.untilSignal(ctx)
	defer release()
	g, err := p.play(ctx, f)
	if err == nil {
		files, err = g.prepare(ctx, f, files)
	}
	if err != nil {
		return &ended{code: exitStart, err: errors.Join(err, g.close())}
	}
	g.introduce(p)
	if g.demo != nil {
		err = g.demo.start(ctx, g)
	}
	log := g.lines.Logger(cliLogger)
	for i := 0; i < len(files) && err == nil; i++ {
		err = createFrom(ctx, &g.crew, log, files[i])
	}
	total := newTally()
	if err == nil {
		if g.crew.ready != nil {
			g.crew.ready()
		}
		p.watch(ctx, g, total)
	}
	if g.demo != nil {
		err = errors.Join(err, g.demo.stop())
	}
	total.add(g.crew.snapshot())
	stopped := g.close()
	fmt.Fprintf(p.stdout, "stopped: %s\n", total.moved())
	switch {
	case err != nil && ctx.Err() == nil:
		return &ended{code: exitConnector, err: errors.Join(err, stopped)}
	case stopped != nil:
		return &ended{code: exitConnector, err: stopped}
	}
	return nil
}

// introduce says where everything is and what to try.
func (g *playground) introduce(p *program) {
	var urls []string
	for _, m := range g.crew.members {
		urls = append(urls, m.rest.URL())
	}
	url, fate, what := urls[0], "removed at the end", "a worker"
	if len(urls) > 1 {
		what = fmt.Sprintf("%d workers of a cluster", len(urls))
	}
	if g.kept {
		fate = "kept"
	}
	fmt.Fprintf(p.stdout, "Millrace %s: %s and a broker in this process, on loopback\n\n  REST    %s\n  Kafka   %s\n  schemas %s\n  folder  %s (%s)\n  log     %s\n\n",
		version, what, strings.Join(urls, " "), g.broker.Bootstrap(), g.schema.url, g.dir, fate, g.logNames())
	fmt.Fprintf(p.stdout, "Try\n  curl '%sconnectors?expand=status'\n  curl '%sconnector-plugins'\n  curl '%smetrics'\n", url, url, url)
	if g.demo != nil {
		fmt.Fprint(p.stdout, g.demo.hints(url, g.dir))
	}
	fmt.Fprintln(p.stdout)
}

// samplesPerSecond is how often counts are read: what a task does between a sample and its end is not counted.
const samplesPerSecond = 10

// watch shows the worker's connectors until ctx ends.
func (p *program) watch(ctx context.Context, g *playground, total *tally) {
	v := &liveView{out: p.stdout, total: total, started: time.Now()}
	if f, ok := p.stdout.(*os.File); ok {
		v.terminal = term.IsTerminal(int(f.Fd()))
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			v.width = width
		}
	}
	if g.demo != nil {
		v.notes = func() []string { return g.demo.notes(ctx) }
	}
	sample := time.NewTicker(time.Second / samplesPerSecond)
	defer sample.Stop()
	for n := 0; ; n++ {
		s := g.crew.snapshot()
		total.add(s)
		if n%samplesPerSecond == 0 {
			v.show(n/samplesPerSecond, s)
		}
		select {
		case <-sample.C:
		case <-ctx.Done():
			return
		}
	}
}
