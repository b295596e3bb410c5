package cmd

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord/rest"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/logs"
)

// restStopMax is how long requests in progress may take once the worker is to stop.
// Source: RestServer.GRACEFUL_SHUTDOWN_TIMEOUT_MS.
const restStopMax = 60 * time.Second

// gracefulKey is how long tasks have to end, and requests before them.
const gracefulKey = "task.shutdown.graceful.timeout.ms"

// clientLogEvery is how often a warning of Kafka clients is repeated. Each client of a broker that is away has several
// a second.
const clientLogEvery = 30 * time.Second

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

// node is what a worker of either mode is made of: the engine, and the REST API in front of a herder.
// Source: Connect.
type node struct {
	log     *slog.Logger
	logs    *logs.Registry
	config  *workerConfig
	clients kafka.Clients
	engine  *engine.Worker
	metrics *metrics.Registry
	rest    *rest.Server
	letters *letterService
	control *control
}

// workerOptions are what a worker is made of.
type workerOptions struct {
	props   map[string]string // as they are written
	plugins plugin.Set
	logs    *logs.Registry
	java    javaProperties
}

// mode is what a worker's mode is to its node.
type mode struct {
	distributed bool
	def         *config.Def
	check       func(*config.Values) error // of values that do not go together
}

// newNode checks the properties, asks the brokers for their cluster and binds the ports of the REST API.
//
// Errors: they end the program with exitStart. Source: AbstractConnectCli.startConnect.
func newNode(ctx context.Context, o workerOptions, mode mode) (*node, error) {
	log := o.logs.Logger(configLogger)
	c, err := parseWorker(o.props, mode.def, func(name string) bool {
		_, err := o.plugins.Converters.Find(name)
		return err == nil
	}, log)
	if err == nil {
		err = mode.check(c.values)
	}
	if err != nil {
		return nil, err
	}
	log.Info("worker config", "values", c.values)
	c.warn(log)
	n := &node{
		log: o.logs.Logger(connectLogger), logs: o.logs, config: c, control: &control{},
		clients: kafka.Clients{
			Logger: logs.Sparse(o.logs.Logger(clientLogger), clientLogEvery), Version: clientVersion(version),
			LoginConfig: o.java[loginConfigProperty], Krb5Config: o.java[krb5ConfigProperty],
			OAuthURLs: append(c.values.List(oauthURLsKey), o.java.list(oauthURLsProperty)...), Strict: rest.Strict(c.props),
		},
		metrics: metrics.New(metrics.Options{
			Window:  time.Duration(c.values.Int64("metrics.sample.window.ms")) * time.Millisecond,
			Samples: int(c.values.Int32("metrics.num.samples")),
		}),
	}
	n.engine, err = engine.NewWorker(engine.Options{
		Config: c.props, Plugins: o.plugins, Transformer: c.transformer,
		Pool:    batch.NewPool(mem.NewPool()),
		Offsets: n.control, Topics: n.control, ExactlyOnce: n.control,
		Logger: o.logs.Logger(workerLogger), Metrics: n.metrics, NewClient: n.clients.New,
		Distributed: mode.distributed, Guarded: n.clients.Strict,
	})
	if err != nil {
		return nil, err
	}
	id, err := n.engine.KafkaClusterID(ctx)
	if err != nil {
		return nil, err
	}
	log.Info("Kafka cluster ID: " + id)
	n.letters = newLetterService(n, o.plugins)
	n.rest, err = rest.New(rest.Options{
		Properties: c.props, Log: o.logs.Logger(restLogger), Version: kafkaVersion, Commit: version,
		Metrics: metricsHandler(n.metrics), JAAS: o.java[loginConfigProperty],
		Watchdog: n.engine, Letters: n.letters,
	})
	if err != nil {
		return nil, err
	}
	n.rest.Serve()
	return n, nil
}

// stop ends the REST API, then the herder by its stop, then all that still runs. Source: Connect.stop.
func (n *node) stop(herder func() error) error {
	n.log.Info("Kafka Connect stopping")
	ctx, cancel := context.WithTimeout(context.Background(), restStopMax)
	defer cancel()
	n.letters.close()
	err := inTurn(func() error { return n.rest.Stop(ctx) }, herder, time.Duration(n.config.values.Int64(gracefulKey))*time.Millisecond)
	n.engine.Close(ctx)
	n.log.Info("Kafka Connect stopped")
	return err
}

// inTurn ends the REST API, then the herder. Requests in progress hold the herder up for grace at most: one that waits for brokers,
// such as a write to the config topic that waits to be read back, does so for half a minute, and Java's worker as long. The herder's end
// answers those that are left.
func inTurn(rest, herder func() error, grace time.Duration) error {
	ended := make(chan error, 1)
	go func() { ended <- rest() }()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		return errors.Join(err, herder())
	case <-timer.C:
		err := herder()
		return errors.Join(<-ended, err)
	}
}

func metricsHandler(r *metrics.Registry) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", metrics.ContentType)
		_ = r.WritePrometheus(w) // the client is gone
	})
}
