package engine

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/kafka"
)

// clusterID is the answer of the brokers, once it is known.
//
// Invariant: who holds the token in turn may look at the rest.
type clusterID struct {
	turn  chan struct{}
	known bool
	id    string
}

// KafkaClusterID asks the brokers for the id of their cluster and remembers the answer.
//
// Errors: no answer within default.api.timeout.ms, or the login is refused. Source: WorkerConfig.lookupKafkaClusterId.
func (w *Worker) KafkaClusterID(ctx context.Context) (string, error) {
	select {
	case w.cluster.turn <- struct{}{}:
		defer func() { <-w.cluster.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if w.cluster.known {
		return w.cluster.id, nil
	}
	id, err := w.askClusterID(ctx)
	if err != nil {
		return "", &connectors.Error{Class: connectors.ConnectException, Err: err,
			Text: "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties."}
	}
	w.cluster.id, w.cluster.known = id, true
	return id, nil
}

func (w *Worker) askClusterID(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, w.millis("default.api.timeout.ms", time.Minute))
	defer cancel()
	cl, err := w.opt.NewClient(w.opt.Config)
	if err != nil {
		return "", err
	}
	defer cl.Close()
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{} // none: nil would ask for all
	for {
		resp, err := req.RequestWith(ctx, cl)
		if err == nil {
			if resp.ClusterID == nil {
				return "", nil
			}
			return *resp.ClusterID, nil
		}
		// The client gives up before Java's does; brokers may still be starting.
		if kafka.LoginRefused(err) || !connectors.Wait(ctx, w.millis("retry.backoff.max.ms", time.Second)) {
			return "", err
		}
	}
}

// millis is a setting of the worker's clients in milliseconds.
func (w *Worker) millis(key string, fallback time.Duration) time.Duration {
	n, err := strconv.ParseInt(strings.TrimSpace(w.opt.Config[key]), 10, 64)
	if err != nil {
		return fallback
	}
	return settings.Millis(n)
}
