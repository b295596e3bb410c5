package cmd

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/distributed"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/exactlyonce"
)

// The loggers of the parts that only a worker in a cluster has.
const (
	clusterCLILogger    = "org.apache.kafka.connect.cli.ConnectDistributed"
	clusterHerderLogger = "org.apache.kafka.connect.runtime.distributed.DistributedHerder"
	memberLogger        = "org.apache.kafka.connect.runtime.distributed.WorkerCoordinator"
	configTopicLogger   = "org.apache.kafka.connect.storage.KafkaConfigBackingStore"
	statusTopicLogger   = "org.apache.kafka.connect.storage.KafkaStatusBackingStore"
	offsetTopicLogger   = "org.apache.kafka.connect.storage.KafkaOffsetBackingStore"
)

// clusterWorker is a worker in a cluster: the herder that drives a node, and its client of the group.
type clusterWorker struct {
	*node
	herder *distributed.Herder
	member *kgo.Client

	// From start on.
	cancel context.CancelFunc // of the herder
	ended  chan error         // what the herder's Run returned
}

// newClusterWorker makes a node with its herder and its stores. After an error of a node that was made, the
// program ends.
func newClusterWorker(ctx context.Context, o workerOptions) (*clusterWorker, error) {
	n, err := newNode(ctx, o, mode{distributed: true, def: distributedDef(), check: refuseDistributedKeys})
	if err != nil {
		return nil, err
	}
	w := &clusterWorker{node: n, ended: make(chan error, 1)}
	v := n.config.values
	protocol, err := group.ParseProtocol(v.String("connect.protocol"))
	if err != nil {
		return nil, err
	}
	support := exactlyonce.Of(n.config.props)
	timings := n.metrics.Membership(w.memberProperties()["client.id"])
	w.herder = distributed.New(distributed.Options{
		Fencer:      n.engine, // whatever this worker's support: while a cluster is upgraded, others may ask
		ExactlyOnce: support.Enabled(), Transactional: support.Leads(),
		Worker: n.engine, Peers: n.rest.Peers(), Loggers: n.logs,
		Rounds:   n.metrics.Rebalances(w.memberProperties()["client.id"], strings.ToUpper(protocol.String())),
		WorkerID: n.rest.WorkerID(), Logger: n.logs.Logger(clusterHerderLogger),
		Join: func(t distributed.Ties) (distributed.Member, error) {
			return group.NewMember(w.member, w.groupOptions(protocol, t, timings))
		},
		Protocol: protocol, Keys: keyPolicy(v),
		Signature: v.String(signatureKey), Signatures: v.List(verificationKey),
		HeartbeatInterval: settings.Millis(int64(v.Int32("heartbeat.interval.ms"))),
		SyncTimeout:       settings.Millis(int64(v.Int32("worker.sync.timeout.ms"))),
		UnsyncBackoff:     settings.Millis(int64(v.Int32("worker.unsync.backoff.ms"))),
		MaxDelay:          settings.Millis(int64(v.Int32("scheduled.rebalance.max.delay.ms"))),
		CleanLeave:        v.Bool(cleanLeaveKey),
	})
	configs, err := store.NewConfigStore(w.storeOptions(configTopicLogger), w.herder.ConfigsChanged)
	if err != nil {
		return nil, err
	}
	if err := n.mayJoin(ctx, o.plugins, configs); err != nil {
		configs.Close()
		return nil, errors.Join(err, n.stop(func() error { return nil }))
	}
	if w.member, err = n.clients.New(w.memberProperties()); err != nil {
		return nil, err
	}
	return w, w.openStores(configs)
}

func (w *clusterWorker) storeOptions(logger string) store.Options {
	return store.Options{Properties: w.config.props, NewClient: w.clients.New, Logger: w.logs.Logger(logger)}
}

// openStores makes the stores of the internal topics, beside that of configs.
func (w *clusterWorker) openStores(configs *store.ConfigStore) error {
	statuses, err := store.NewStatusStore(w.storeOptions(statusTopicLogger))
	if err != nil {
		return err
	}
	offsets, err := store.NewSourceOffsets(w.storeOptions(offsetTopicLogger), w.ownTopics(configs))
	if err != nil {
		return err
	}
	w.herder.SetStores(configs, statuses, w.offsetsToAlter(configs, offsets))
	w.control.setCluster(w.herder, offsets)
	return nil
}

// offsetsToAlter are the offsets that the herder changes: written in transactions where tasks do so.
func (w *clusterWorker) offsetsToAlter(configs *store.ConfigStore, offsets *store.SourceOffsets) distributed.OffsetStore {
	if !exactlyonce.Of(w.config.props).Enabled() {
		return offsets
	}
	return committedOffsets{offsets, func(ctx context.Context, connector string, list []connectors.PartitionOffset) error {
		return w.engine.CommitOffsets(ctx, connector, configs.Configs().Config(connector), list)
	}}
}

// committedOffsets are offsets that are written in transactions.
type committedOffsets struct {
	*store.SourceOffsets
	commit func(ctx context.Context, connector string, list []connectors.PartitionOffset) error
}

// Set implements distributed.OffsetStore.
func (o committedOffsets) Set(ctx context.Context, connector string, list []connectors.PartitionOffset) error {
	return o.commit(ctx, connector, list)
}

// ownTopics says which connectors keep their offsets in a topic of their own.
func (w *clusterWorker) ownTopics(configs *store.ConfigStore) store.FindOwn {
	return func(ctx context.Context, connector string) (own store.OwnTopic, known bool, err error) {
		props := configs.Configs().Config(connector)
		if props == nil {
			return own, false, nil
		}
		t, err := w.engine.OffsetTopic(ctx, connector, props)
		return store.OwnTopic(t), true, err
	}
}

// memberProperties are those of the group member's client: the worker's, with its defaults.
// Source: WorkerGroupMember.
func (w *clusterWorker) memberProperties() map[string]string {
	props := maps.Clone(w.config.props)
	for _, k := range memberKeys() {
		if _, ok := props[k.Name]; !ok {
			props[k.Name] = k.Default.(string)
		}
	}
	if props["client.id"] == "" {
		props["client.id"] = "connect-" + w.rest.WorkerID()
	}
	return props
}

func (w *clusterWorker) groupOptions(protocol group.Protocol, t distributed.Ties, timings group.Timings) group.Options {
	v := w.config.values
	return group.Options{
		Group: v.String("group.id"), URL: w.rest.URL(), Protocol: protocol,
		SessionTimeout:    settings.Millis(int64(v.Int32("session.timeout.ms"))),
		HeartbeatInterval: settings.Millis(int64(v.Int32("heartbeat.interval.ms"))),
		RebalanceTimeout:  settings.Millis(int64(v.Int32("rebalance.timeout.ms"))),
		RetryBackoff:      settings.Millis(v.Int64("retry.backoff.ms")),
		RetryBackoffMax:   settings.Millis(v.Int64("retry.backoff.max.ms")),
		MaxDelay:          settings.Millis(int64(v.Int32("scheduled.rebalance.max.delay.ms"))),
		Configs:           t.Configs, Stopped: t.Stopped, Notify: t.Notify, Timings: timings,
		Log: w.logs.Logger(memberLogger),
	}
}

func keyPolicy(v *config.Values) group.KeyPolicy {
	p := group.KeyPolicy{Algorithm: v.String("inter.worker.key.generation.algorithm"), TTL: settings.Millis(int64(v.Int32("inter.worker.key.ttl.ms")))}
	if bits, ok := v.OptInt32("inter.worker.key.size"); ok {
		p.Bits = int(bits)
	}
	return p
}

// start lets the herder run and requests in. Source: Connect.start.
func (w *clusterWorker) start(ctx context.Context) {
	w.log.Info("Kafka Connect starting")
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx)) // a signal ends it in its turn
	go func() { w.ended <- w.herder.Run(ctx) }()
	w.rest.Ready(w.herder, w.logs)
	w.log.Info("Kafka Connect started")
}

// stop ends the REST API, then connectors and tasks, then leaves the group.
func (w *clusterWorker) stop() error {
	err := w.node.stop(func() error {
		w.cancel()
		return <-w.ended
	})
	w.member.Close()
	return err
}
