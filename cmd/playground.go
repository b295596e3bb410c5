package cmd

import (
	"context"
	"errors"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka/embedded"
	"github.com/millrace/millrace/internal/logs"
)

// playground is the working folder of dev and what runs in it.
type playground struct {
	dir    string
	kept   bool
	log    *os.File
	lines  *logs.Registry
	broker *embedded.Broker
	worker *worker
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
	logStart(g.lines, cliLogger)
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
