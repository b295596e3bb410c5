package store

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
	"github.com/millrace/millrace/internal/exactlyonce"
)

// readCommittedOnly returns the properties with which a topic is read of which aborted records must not count.
// Source: ConnectUtils.ensureProperty.
func readCommittedOnly(props map[string]string, what string, log *slog.Logger) map[string]string {
	return forced(props, isolationLevel, readCommitted, "for the "+what+" consumer when exactly-once source support is enabled", log)
}

// forced returns the properties with one that cannot be chosen.
func forced(props map[string]string, key, value, why string, log *slog.Logger) map[string]string {
	out := make(map[string]string, len(props)+1)
	for k, v := range props {
		out[k] = v
	}
	if was, set := props[key]; set && was != value {
		log.Warn("The value '" + was + "' for the '" + key + "' property will be ignored as it cannot be overridden " + why + ". The value '" + value + "' will be used instead.")
	}
	out[key] = value
	return out
}

// PrivilegedWriteError is a write to the config topic that only a leader may do, by one who was fenced or failed
// otherwise: the right is gone until it is claimed again. Source: PrivilegedWriteException.
type PrivilegedWriteError struct{ Err error }

// Error is Java's text.
func (*PrivilegedWriteError) Error() string { return "Failed to perform fencable send to config topic" }

// Unwrap returns the cause.
func (e *PrivilegedWriteError) Unwrap() error { return e.Err }

// JavaClass is the class that Java throws.
func (*PrivilegedWriteError) JavaClass() string {
	return "org.apache.kafka.connect.storage.PrivilegedWriteException"
}

// leaderWriter writes to the config topic so that leaders of the past cannot: each write is a transaction of the
// cluster's own transactional.id, which the newest leader has. Safe for concurrent use.
// Source: KafkaConfigBackingStore.claimWritePrivileges, sendPrivileged.
type leaderWriter struct {
	topic     string
	props     map[string]string
	newClient NewClient
	logger    *slog.Logger

	mu     sync.Mutex // held over a transaction
	client *kgo.Client
}

// newLeaderWriter returns nil where leaders write as everybody does.
//
// Errors: *config.ConfigException.
func newLeaderWriter(o Options, topic string) (*leaderWriter, error) {
	if !exactlyonce.Of(o.Properties).Leads() {
		return nil, nil
	}
	const why = "for the worker's config topic producer when exactly-once source support is enabled or in preparation to be enabled"
	props := forced(o.Properties, "enable.idempotence", "true", why, o.Logger)
	props = forced(props, "transactional.id", "connect-cluster-"+strings.TrimSpace(o.Properties["group.id"]), why, o.Logger)
	props["client.id"] = ClientIDBase(o.Properties) + "configs-leader"
	w := &leaderWriter{topic: topic, props: props, newClient: o.NewClient, logger: o.Logger}
	_, err := w.options()
	return w, err
}

func (w *leaderWriter) options() ([]kgo.Opt, error) {
	opts, err := producerOptions(w.props)
	if err != nil {
		return nil, err
	}
	v, err := config.NewDef().Define(config.Key{Name: "transaction.timeout.ms", Type: config.Int, Default: 60_000, Validator: config.AtLeast(1)}).Parse(w.props)
	if err != nil {
		return nil, err
	}
	return append(opts, kgo.TransactionalID(w.props["transactional.id"]),
		kgo.TransactionTimeout(time.Duration(v.Int32("transaction.timeout.ms"))*time.Millisecond), kgo.RecordRetries(math.MaxInt32)), nil
}

// claim takes the right to write away from whoever has it.
func (w *leaderWriter) claim(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.client != nil {
		return nil
	}
	opts, err := w.options()
	if err == nil {
		w.client, err = w.newClient(w.props, opts...)
	}
	if err == nil {
		_, _, err = w.client.ProducerID(ctx)
	}
	if err != nil {
		w.relinquishLocked()
		return errorf(err, "Failed to create and initialize fencable producer for config topic")
	}
	crash.At(crash.LeaderClaimed)
	return nil
}

// write writes records in one transaction.
//
// Errors: a *PrivilegedWriteError: it is not known whether they are written.
func (w *leaderWriter) write(ctx context.Context, records []Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.client == nil {
		return &connectors.Error{Class: "java.lang.IllegalStateException", Text: "Cannot produce to config topic without claiming write privileges first"}
	}
	// A client that has sent a record waits for its broker however long that is away, unless it is closed.
	defer context.AfterFunc(ctx, w.client.Close)()
	err := w.client.BeginTransaction()
	if err == nil {
		list := make([]*kgo.Record, len(records))
		for i, r := range records {
			list[i] = &kgo.Record{Topic: w.topic, Key: r.Key, Value: r.Value}
		}
		err = w.client.ProduceSync(ctx, list...).FirstErr()
	}
	if err == nil {
		crash.At(crash.LeaderProduced)
		err = w.client.EndTransaction(ctx, kgo.TryCommit)
	}
	crash.At(crash.LeaderCommitted)
	if err != nil {
		w.logger.Warn("Failed to perform fencable send to config topic", "err", err)
		w.relinquishLocked()
		return &PrivilegedWriteError{Err: errors.Join(err, ctx.Err())}
	}
	return nil
}

// relinquish gives the right up; nil is allowed.
func (w *leaderWriter) relinquish() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.relinquishLocked()
}

func (w *leaderWriter) relinquishLocked() {
	if w.client != nil {
		w.client.Close()
		w.client = nil
	}
}
