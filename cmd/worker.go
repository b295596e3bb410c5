package cmd

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/coord/rest"
	"github.com/millrace/millrace/coord/standalone"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/logs"
)

// restStopMax is how long requests in progress may take once the worker is to stop.
// Source: RestServer.GRACEFUL_SHUTDOWN_TIMEOUT_MS.
const restStopMax = 60 * time.Second

// The loggers of the program's parts have the names of their Java counterparts.
const (
	cliLogger     = "org.apache.kafka.connect.cli.ConnectStandalone"
	connectLogger = "org.apache.kafka.connect.runtime.Connect"
	infoLogger    = "org.apache.kafka.common.utils.AppInfoParser"
	workerLogger  = "org.apache.kafka.connect.runtime.Worker"
	configLogger  = "org.apache.kafka.connect.runtime.WorkerConfig"
	herderLogger  = "org.apache.kafka.connect.runtime.standalone.StandaloneHerder"
	restLogger    = "org.apache.kafka.connect.runtime.rest.RestServer"
	offsetsLogger = "org.apache.kafka.connect.storage.FileOffsetBackingStore"
	clientLogger  = "org.apache.kafka.clients"
)

// worker is a standalone worker: the engine, the herder that drives it, and the REST API in front.
// Source: Connect.
type worker struct {
	log     *slog.Logger
	logs    *logs.Registry
	engine  *engine.Worker
	metrics *metrics.Registry
	rest    *rest.Server
	control *control
	offsets string // file

	// From start on.
	herder *standalone.Herder
	cancel context.CancelFunc // of the herder
	ended  chan error         // what the herder's Run returned
}

// workerOptions are what a worker is made of.
type workerOptions struct {
	props   map[string]string // as they are written
	plugins plugin.Set
	logs    *logs.Registry
	java    javaProperties
}

// newWorker checks the properties, asks the brokers for their cluster and binds the ports of the REST API.
//
// Errors: they end the program with exitStart. Source: AbstractConnectCli.startConnect.
func newWorker(ctx context.Context, o workerOptions) (*worker, error) {
	log := o.logs.Logger(configLogger)
	c, err := parseWorker(o.props, standaloneDef(), func(name string) bool {
		_, err := o.plugins.Converters.Find(name)
		return err == nil
	}, log)
	if err != nil {
		return nil, err
	}
	log.Info("worker config", "values", c.values)
	c.warn(log)
	clients := kafka.Clients{
		Logger: o.logs.Logger(clientLogger), Version: clientVersion(version), LoginConfig: o.java[loginConfigProperty],
		OAuthURLs: append(c.values.List(oauthURLsKey), o.java.list(oauthURLsProperty)...),
	}
	w := &worker{
		log: o.logs.Logger(connectLogger), logs: o.logs, control: &control{}, ended: make(chan error, 1),
		offsets: c.values.String("offset.storage.file.filename"),
		metrics: metrics.New(metrics.Options{
			Window:  time.Duration(c.values.Int64("metrics.sample.window.ms")) * time.Millisecond,
			Samples: int(c.values.Int32("metrics.num.samples")),
		}),
	}
	w.engine, err = engine.NewWorker(engine.Options{
		Config: c.props, Plugins: o.plugins, Transformer: c.transformer,
		Pool:    batch.NewPool(mem.NewPool()),
		Offsets: w.control, Topics: w.control,
		Logger: o.logs.Logger(workerLogger), Metrics: w.metrics, NewClient: clients.New,
	})
	if err != nil {
		return nil, err
	}
	id, err := w.engine.KafkaClusterID(ctx)
	if err != nil {
		return nil, err
	}
	log.Info("Kafka cluster ID: " + id)
	w.rest, err = rest.New(rest.Options{
		Properties: c.props, Log: o.logs.Logger(restLogger), Version: kafkaVersion, Commit: version,
		Metrics: metricsHandler(w.metrics), JAAS: o.java[loginConfigProperty],
	})
	if err != nil {
		return nil, err
	}
	w.rest.Serve()
	return w, nil
}

// start opens the offsets and lets requests in. After an error the caller still calls stop.
// Source: Connect.start.
func (w *worker) start(ctx context.Context) error {
	w.log.Info("Kafka Connect starting")
	offsets, err := store.OpenFile(w.offsets, w.logs.Logger(offsetsLogger))
	if err != nil {
		return err
	}
	w.herder = standalone.New(standalone.Options{Worker: w.engine, Offsets: offsets, WorkerID: w.rest.WorkerID(), Logger: w.logs.Logger(herderLogger)})
	w.control.herder.Store(w.herder)
	w.control.offsets.Store(offsets)
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx)) // a signal ends it in its turn
	go func() { w.ended <- w.herder.Run(ctx) }()
	w.rest.Ready(w.herder, w.logs)
	w.log.Info("Kafka Connect started")
	return nil
}

// create creates a connector and waits until it runs.
func (w *worker) create(ctx context.Context, c *connectorFile) error {
	_, _, err := w.herder.PutConnector(ctx, c.name, c.config, c.initial, false)
	return err
}

// stop ends the REST API, then connectors and tasks, then writes offsets out. Source: Connect.stop.
func (w *worker) stop() error {
	w.log.Info("Kafka Connect stopping")
	ctx, cancel := context.WithTimeout(context.Background(), restStopMax)
	defer cancel()
	err := w.rest.Stop(ctx)
	if w.herder != nil {
		w.cancel()
		err = errors.Join(err, <-w.ended)
	}
	w.engine.Close(ctx)
	w.log.Info("Kafka Connect stopped")
	return err
}

func metricsHandler(r *metrics.Registry) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", metrics.ContentType)
		_ = r.WritePrometheus(w) // the client is gone
	})
}
