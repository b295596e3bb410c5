package fetch

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch/mem"
)

// Dial opens connections, above TLS; a kgo.Dialer.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Interposer stands between one client and its brokers. Make it with New.
//
// The client gets its Dial and the Interposer itself as a hook. Until Start nothing is replaced.
type Interposer struct {
	dial   Dial
	log    *slog.Logger
	ledger *ledger
	nonce  [nonceBytes]byte
	limit  Limit // nil: none

	on       atomic.Bool
	started  atomic.Bool
	readMax  atomic.Int64
	trustCRC atomic.Bool

	mu    sync.Mutex
	conns map[*Conn]struct{}
}

var (
	_ kgo.HookBrokerConnect         = (*Interposer)(nil)
	_ kgo.HookFetchRecordUnbuffered = (*Interposer)(nil)
)

// New returns an Interposer for the client whose connections dial opens. Slabs come from pool.
func New(dial Dial, pool *mem.Pool, log *slog.Logger) *Interposer {
	ip := &Interposer{dial: dial, log: log, ledger: newLedger(pool), conns: map[*Conn]struct{}{}}
	_, _ = rand.Read(ip.nonce[:]) // it never fails
	ip.on.Store(true)
	return ip
}

// Options are the client's. Its own counts would be of stand-ins.
func (ip *Interposer) Options() []kgo.Opt {
	return []kgo.Opt{kgo.Dialer(ip.Dial), kgo.WithHooks(ip), kgo.DisableClientMetrics()}
}

// Start begins to replace: readMax is the largest response that the client takes, trustCRC whether it looks at no
// checksums.
func (ip *Interposer) Start(readMax int64, trustCRC bool) {
	ip.readMax.Store(readMax)
	ip.trustCRC.Store(trustCRC)
	ip.started.Store(true)
}

// StartFor is Start as the client's options have it; it returns what one wire batch may unpack to.
func (ip *Interposer) StartFor(cl *kgo.Client) (expandedMax int) {
	expandedMax, _ = cl.OptValue(kgo.MaxDecompressBatchBytes).(int)
	readMax, _ := cl.OptValue(kgo.BrokerMaxReadBytes).(int32)
	trust, _ := cl.OptValue(kgo.DisableFetchCRCValidation).(bool)
	ip.Start(int64(readMax), trust)
	return expandedMax
}

// Dial is a kgo.Dialer.
func (ip *Interposer) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	under, err := ip.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &Conn{Conn: under, ip: ip}
	ip.mu.Lock()
	ip.conns[c] = struct{}{}
	ip.mu.Unlock()
	return c, nil
}

// OnBrokerConnect implements kgo.HookBrokerConnect: it tells to which broker a connection leads, after the client has
// agreed on versions and logged in.
func (ip *Interposer) OnBrokerConnect(meta kgo.BrokerMetadata, _ time.Duration, conn net.Conn, err error) {
	if c, ok := conn.(*Conn); ok && err == nil {
		c.ready(meta.NodeID)
	}
}

// OnFetchRecordUnbuffered implements kgo.HookFetchRecordUnbuffered.
func (ip *Interposer) OnFetchRecordUnbuffered(r *kgo.Record, polled bool) {
	if polled {
		return
	}
	if h, ok := readHandle(r.Value, &ip.nonce); ok {
		ip.ledger.drop(h)
	}
}

// Distrust ends the replacing for good: from now on the client gets what brokers send. Stand-ins that are out stay
// good.
func (ip *Interposer) Distrust(reason string) {
	if ip.on.Swap(false) {
		ip.log.Warn("record batches are no longer read from the wire, but by the client library", "reason", reason)
	}
}

// Active reports whether responses are replaced.
func (ip *Interposer) Active() bool { return ip.on.Load() && ip.started.Load() }

// Run is what a stand-in stands for: record batches of one partition, one after the other.
type Run struct {
	Bytes []byte
	From  int64 // rows below this offset are not wanted
	Last  int64 // the last offset

	ledger *ledger
	of     *response
	at     uint32
}

// Release returns the run's memory.
func (r *Run) Release() { r.ledger.release(r.of, r.at) }

// Take redeems a record that the client returned: standIn is false for one that is its own. The caller releases the run.
//
// Errors: the record is a stand-in and what it stands for is not there, or is something else: the client library does
// not do what this package rests on. Its rows are to be read again.
func (ip *Interposer) Take(r *kgo.Record) (run Run, standIn bool, err error) {
	h, ok := readHandle(r.Value, &ip.nonce)
	if !ok {
		return Run{}, false, nil
	}
	of, what, ok := ip.ledger.take(h)
	if !ok {
		return Run{}, true, fmt.Errorf("what stands for topic %q, partition %d, up to offset %d was let go", r.Topic, r.Partition, r.Offset)
	}
	run = Run{Bytes: what.bytes, From: what.from, Last: what.last, ledger: ip.ledger, of: of, at: h.run}
	if what.partition != r.Partition || what.last != r.Offset {
		err = fmt.Errorf("what stands for topic %q, partition %d, up to offset %d is of partition %d, up to offset %d",
			r.Topic, r.Partition, r.Offset, what.partition, what.last)
		run.Release()
		return Run{}, true, err
	}
	return run, true, nil
}

// Sweep frees what the client has dropped. No record of the client may be unredeemed, and no poll be going on.
func (ip *Interposer) Sweep() { ip.ledger.sweep() }

// LargestRun returns the rows of the largest run in the responses that have stand-ins out, 0 where none are: no stand-in
// that the client holds stands for more.
func (ip *Interposer) LargestRun() int { return ip.ledger.largest() }

// HeldBytes returns the size of the slabs that stand-ins stand for. Safe from any goroutine.
func (ip *Interposer) HeldBytes() int64 { return ip.ledger.held() }

// Close closes all connections and frees everything. The client is closed before.
func (ip *Interposer) Close() {
	ip.on.Store(false)
	ip.mu.Lock()
	conns := make([]*Conn, 0, len(ip.conns))
	for c := range ip.conns {
		conns = append(conns, c)
	}
	ip.mu.Unlock()
	for _, c := range conns {
		_ = c.Close() // the client has closed it, and is told of errors
	}
	ip.ledger.close()
}

func (ip *Interposer) forget(c *Conn) {
	ip.mu.Lock()
	delete(ip.conns, c)
	ip.mu.Unlock()
}

// StandIn reports whether a record is a stand-in.
func (ip *Interposer) StandIn(r *kgo.Record) bool {
	_, ok := readHandle(r.Value, &ip.nonce)
	return ok
}
