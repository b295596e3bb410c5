package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka/embedded"
	"github.com/millrace/millrace/internal/logs"
)

// restPort is Connect's.
const restPort = 8083

// devFlags are the flags of dev beside those of every worker.
type devFlags struct {
	*workerFlags
	data      string
	demo      bool
	kafkaPort int
}

func (p *program) devCommand() *cobra.Command {
	f := &devFlags{}
	c := &cobra.Command{
		Use:   "dev [flags] [connector1.properties connector2.json ...]",
		Short: "A worker with a broker of its own, on loopback, for trying things out",
		Long: "Starts a Kafka broker inside the process, a worker with JSON converters without schemas, and its REST API; all of\n" +
			"it on loopback. The broker is one node without replication: nothing that counts belongs there.\n" +
			"What is created through REST lives until the end; topics and offsets stay with --data.",
		RunE: func(c *cobra.Command, args []string) error { return p.dev(c.Context(), args, f) },
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.data, "data", "", "Folder for topics, offsets and files, kept at the end. Without it a temporary one is removed.")
	c.Flags().BoolVar(&f.demo, "demo", false, "Run a pipeline over a file that grows, and a load generator.")
	c.Flags().IntVar(&f.kafkaPort, "kafka-port", 0, "Port of the broker. Default 0: any that is free.")
	f.workerFlags = addWorkerFlags(c)
	return c
}

// playground is the working folder of dev and what runs in it.
type playground struct {
	dir    string
	kept   bool
	log    *os.File
	lines  *logs.Registry
	broker *embedded.Broker
	worker *worker
}

// dev runs until a signal comes.
func (p *program) dev(ctx context.Context, files []string, f *devFlags) error {
	ctx, release := p.untilSignal(ctx)
	defer release()
	g, err := p.play(ctx, f)
	if err != nil {
		return &ended{code: exitStart, err: errors.Join(err, g.close())}
	}
	g.introduce(p, f.demo)
	var d *demo
	if f.demo {
		d, err = startDemo(ctx, g)
	}
	log := g.lines.Logger(cliLogger)
	for i := 0; i < len(files) && err == nil; i++ {
		err = createFrom(ctx, g.worker, log, files[i])
	}
	total := newTally()
	if err == nil {
		g.worker.herder.Ready()
		p.watch(ctx, g, total)
	}
	if d != nil {
		err = errors.Join(err, d.stop())
	}
	total.add(g.worker.metrics.Snapshot())
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

// play makes the folder, and starts broker and worker. What it returns is to be closed also after an error.
func (p *program) play(ctx context.Context, f *devFlags) (*playground, error) {
	g := &playground{dir: f.data, kept: f.data != ""}
	err := g.makeDir()
	if err != nil {
		return g, err
	}
	if g.log, err = os.OpenFile(filepath.Join(g.dir, "worker.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return g, err
	}
	g.lines = logs.New(g.log, logs.Options{Levels: f.levels, Secret: config.LooksSecret, Mask: config.MaskText})
	logStart(g.lines)
	o := embedded.Options{Port: f.kafkaPort, Logger: g.lines.Logger("millrace.broker")}
	if g.kept {
		o.Dir = filepath.Join(g.dir, "kafka")
	}
	if g.broker, err = embedded.Start(o); err != nil {
		return g, err
	}
	props, err := g.properties(ctx, f.set)
	if err != nil {
		return g, err
	}
	w, err := newWorker(ctx, workerOptions{props: props, plugins: p.plugins, logs: g.lines, java: javaProperties{}})
	if err != nil {
		return g, err
	}
	g.worker = w
	return g, w.start(ctx)
}

func (g *playground) makeDir() (err error) {
	if g.kept {
		if g.dir, err = filepath.Abs(g.dir); err != nil {
			return err
		}
		return os.MkdirAll(g.dir, 0o755)
	}
	g.dir, err = os.MkdirTemp("", "millrace-dev-")
	return err
}

// properties are the worker's; set wins.
func (g *playground) properties(ctx context.Context, set map[string]string) (map[string]string, error) {
	const jsonConverter = "org.apache.kafka.connect.json.JsonConverter"
	props := map[string]string{
		"bootstrap.servers":              g.broker.Bootstrap(),
		"key.converter":                  jsonConverter,
		"key.converter.schemas.enable":   "false",
		"value.converter":                jsonConverter,
		"value.converter.schemas.enable": "false",
		"offset.storage.file.filename":   filepath.Join(g.dir, "offsets"),
		"offset.flush.interval.ms":       "1000",
	}
	if _, ok := set["listeners"]; !ok {
		port, err := freePort(ctx, restPort)
		if err != nil {
			return nil, err
		}
		props["listeners"] = "http://127.0.0.1:" + strconv.Itoa(port)
	}
	maps.Copy(props, set)
	return props, nil
}

// freePort returns want if nobody listens there, else any.
func freePort(ctx context.Context, want int) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(want)))
	if err != nil {
		return 0, nil // it is in use: 0 lets the system choose
	}
	return want, l.Close()
}

// introduce says where everything is and what to try.
func (g *playground) introduce(p *program, demo bool) {
	url, fate := g.worker.rest.URL(), "removed at the end"
	if g.kept {
		fate = "kept"
	}
	fmt.Fprintf(p.stdout, "Millrace %s: a worker and a broker in this process, on loopback\n\n  REST    %s\n  Kafka   %s\n  folder  %s (%s)\n  log     %s\n\n",
		version, url, g.broker.Bootstrap(), g.dir, fate, g.log.Name())
	fmt.Fprintf(p.stdout, "Try\n  curl '%sconnectors?expand=status'\n  curl '%sconnector-plugins'\n  curl '%smetrics'\n", url, url, url)
	if demo {
		fmt.Fprint(p.stdout, demoHints(url, g.dir))
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
	}
	sample := time.NewTicker(time.Second / samplesPerSecond)
	defer sample.Stop()
	for n := 0; ; n++ {
		s := g.worker.metrics.Snapshot()
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

// close stops what runs, in the reverse order of its start, and removes a temporary folder.
func (g *playground) close() error {
	var errs []error
	if g.worker != nil {
		errs = append(errs, g.worker.stop())
	}
	if g.broker != nil {
		errs = append(errs, g.broker.Close())
	}
	if g.log != nil {
		errs = append(errs, g.log.Close())
	}
	if !g.kept && g.dir != "" {
		errs = append(errs, os.RemoveAll(g.dir))
	}
	return errors.Join(errs...)
}
