package engine

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/crash"
	"github.com/millrace/millrace/internal/exactlyonce"
	"github.com/millrace/millrace/internal/kafka"
)

const (
	idempotenceKey = "enable.idempotence"
	illegalState   = "java.lang.IllegalStateException"
	// fenceMax is how long fencing may take. Source: RestServer.DEFAULT_REST_REQUEST_TIMEOUT_MS.
	fenceMax = 90 * time.Second
	// fenceRetry is the wait before a transaction that is just being ended is tried to be aborted again.
	fenceRetry = 100 * time.Millisecond
)

// exactlyOnce says whether the worker's source tasks deliver exactly once.
// Source: DistributedConfig.exactlyOnceSourceEnabled.
func (o *Options) exactlyOnce() bool {
	return o.Distributed && exactlyonce.Of(o.Config).Enabled()
}

// transactionalID is that of a source task's producer. Source: Worker.taskTransactionalId.
func (w *Worker) transactionalID(id connectors.TaskID) string {
	return w.opt.Config["group.id"] + "-" + id.Connector + "-" + strconv.Itoa(id.Task)
}

// transactionalProducer returns the settings of a source task's producer that delivers exactly once.
// Source: Worker.exactlyOnceSourceTaskProducerConfigs.
func (w *Worker) transactionalProducer(id connectors.TaskID, connector map[string]string, log *slog.Logger) (map[string]string, error) {
	p, err := w.clients.producer("connector-producer-"+id.String(), connector)
	if err != nil {
		return nil, err
	}
	_, own := connector[producerOverride+idempotenceKey]
	_, workers := w.opt.Config["producer."+idempotenceKey]
	if !own && !workers {
		delete(p, idempotenceKey)
	}
	for _, force := range []struct{ key, value string }{{idempotenceKey, "true"}, {"transactional.id", w.transactionalID(id)}} {
		if was, set := p[force.key]; set && !strings.EqualFold(was, force.value) {
			log.Warn("The value '" + was + "' for the '" + force.key + "' property will be ignored as it cannot be overridden for connectors when exactly-once source support is enabled. The value '" +
				force.value + "' will be used instead.")
		}
		p[force.key] = force.value
	}
	return p, nil
}

// newTransactions makes what lets a task deliver exactly once; nil where the worker does not ask for it.
func (s *sourceTask) newTransactions() (*transactions, error) {
	w := s.parts.w
	if !w.opt.exactlyOnce() {
		return nil, nil
	}
	boundary, interval, err := settings.ParseBoundary(s.parts.connector, w.set.flushInterval)
	if err != nil {
		return nil, err
	}
	x := &transactions{s: s, port: w.opt.ExactlyOnce, boundary: boundary, interval: interval}
	if boundary == settings.BoundaryConnector {
		x.requests = &boundaryRequests{}
	}
	return x, nil
}

// FenceZombies takes the transactional ids of a connector's tasks 0 to n-1 away from whoever has them and aborts
// their transactions, with the connector's admin client.
//
// Errors: a refused setting, a broker's refusal. Some ids may be taken then. Source: Worker.fenceZombies.
func (w *Worker) FenceZombies(ctx context.Context, name string, config map[string]string, n int) error {
	ctx, cancel := context.WithTimeout(ctx, fenceMax)
	defer cancel()
	config, err := w.Resolve(ctx, config)
	if err != nil {
		return err
	}
	props, err := w.clients.admin("connector-worker-adminclient-"+name, config)
	if err != nil {
		return err
	}
	cl, err := w.opt.NewClient(props)
	if err != nil {
		return err
	}
	defer cl.Close()
	crash.At(crash.TransactionFence)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fence(ctx, cl, w.transactionalID(connectors.TaskID{Connector: name, Task: i})) })
	}
	wg.Wait()
	crash.At(crash.TransactionFenced)
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// fence takes a transactional id. Source: Worker.fenceZombies, FenceProducersHandler.
func fence(ctx context.Context, cl *kgo.Client, id string) error {
	for {
		req := kmsg.NewPtrInitProducerIDRequest()
		req.TransactionalID = kmsg.StringPtr(id)
		// The coordinator gives the replicas of its log so long to write the new epoch, else it takes the epoch back.
		req.TransactionTimeoutMillis = int32(fenceMax.Milliseconds())
		resp, err := req.RequestWith(ctx, cl)
		if err == nil {
			err = kerr.ErrorForCode(resp.ErrorCode)
		}
		if err == nil || !kerr.IsRetriable(err) && !errors.Is(err, kerr.ConcurrentTransactions) {
			return kafka.Denied(cl, err, "IdempotentWrite", id)
		}
		if !connectors.Wait(ctx, fenceRetry) {
			return err
		}
	}
}
