package wire

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Dial opens connections, above TLS; a kgo.Dialer.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Options configure an Interposer.
type Options struct {
	Dial       Dial
	Compressor kgo.Compressor // of batches; nil: none
	// Broken is called once, from a goroutine of the client that it must not wait for, when the client does not do
	// what this package rests on. Nothing is sent any more.
	Broken func(error)
}

// Interposer stands between one client and its brokers. Make it with New. The client gets its Dial and the Interposer
// itself as a hook.
type Interposer struct {
	opt   Options
	nonce [nonceBytes]byte

	mu      sync.Mutex
	last    uint64
	batches map[uint64]*Batch
	broken  atomic.Pointer[error]
}

var _ kgo.HookBrokerConnect = (*Interposer)(nil)

// New returns an Interposer.
func New(opt Options) *Interposer {
	ip := &Interposer{opt: opt, batches: map[uint64]*Batch{}}
	_, _ = rand.Read(ip.nonce[:]) // it never fails
	return ip
}

// Dial is a kgo.Dialer.
func (ip *Interposer) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	under, err := ip.opt.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &Conn{Conn: under, ip: ip}, nil
}

// OnBrokerConnect implements kgo.HookBrokerConnect: the client has agreed on versions and logged in.
func (ip *Interposer) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, conn net.Conn, err error) {
	if c, ok := conn.(*Conn); ok && err == nil {
		c.ready.Store(true)
	}
}

// StandIn returns the value of the record that the client is to have for b.
func (ip *Interposer) StandIn(b *Batch) []byte {
	ip.mu.Lock()
	defer ip.mu.Unlock()
	ip.last++
	b.id = ip.last
	ip.batches[b.id] = b
	return standIn(b.id, &ip.nonce)
}

// Forget ends that b can be sent: the client has said what became of it.
func (ip *Interposer) Forget(b *Batch) {
	ip.mu.Lock()
	defer ip.mu.Unlock()
	delete(ip.batches, b.id)
}

// take finds a batch and keeps its memory until Release; nil where the client has let go of it.
func (ip *Interposer) take(id uint64) *Batch {
	ip.mu.Lock()
	defer ip.mu.Unlock()
	b := ip.batches[id]
	if b != nil {
		b.refs.Add(1)
	}
	return b
}

// errBroken is what every write says once the client did something unexpected.
var errBroken = errors.New("nothing is sent any more")

// fail ends all sending, the first time with a reason.
func (ip *Interposer) fail(err error) error {
	if ip.broken.CompareAndSwap(nil, &err) {
		ip.opt.Broken(err)
	}
	return errBroken
}
