package produce

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/engine/produce/wire"
)

// Records is a Producer on franz-go: on its record API, or on the bytes of its requests.
type Records struct {
	cl     *kgo.Client
	limits *limits
	within time.Duration // Delivery
	free   sync.Pool
	bytes  atomic.Int64 // of keys and values acknowledged
	wire   *toWire      // nil: rows are the client's records

	mu   sync.Mutex
	open int           // sends with rows on their way
	idle chan struct{} // closed when open becomes 0; nil while nobody waits
}

var _ Producer = (*Records)(nil)

// New makes a producer as Java producer properties have it; newClient adds what every client has. Wire
// batches stay below max.message.bytes of their topics, where the brokers tell it, and below
// max.request.size: Java sends smaller ones, and splits what a broker finds too large.
//
// Errors: those of Options and of newClient.
func New(props map[string]string, newClient func(opts ...kgo.Opt) (*kgo.Client, error)) (*Records, error) {
	return NewDialed(props, newClient, nil)
}

// NewDialed is New for a producer that makes the wire batches of rows itself, on the connections that dial opens, TLS
// included; nil leaves them to the client.
func NewDialed(props map[string]string, newClient func(opts ...kgo.Opt) (*kgo.Client, error), dial wire.Dial) (*Records, error) {
	own, err := Options(props)
	if err != nil {
		return nil, err
	}
	v, err := definition().Parse(props)
	if err != nil {
		return nil, err
	}
	within, err := delivery(v)
	if err != nil {
		return nil, err
	}
	p := &Records{limits: &limits{most: batchBytes(v)}, within: within}
	own = append(own, kgo.ProducerBatchMaxBytesFn(p.limits.of), kgo.UnknownTopicRetries(-1), kgo.AllowAutoTopicCreation())
	if dial != nil {
		if p.wire, err = newToWire(p, v, dial); err != nil {
			return nil, err
		}
		own = append(own, p.wire.options()...)
	}
	if p.cl, err = newClient(own...); err != nil {
		return nil, err
	}
	return p, nil
}

// Client returns the client, for requests beside producing.
func (p *Records) Client() *kgo.Client { return p.cl }

// Send implements Producer.
func (p *Records) Send(ctx context.Context, parts []Rows, sink AckSink) {
	if len(parts) == 1 && parts[0].B.Wire.Is() {
		p.begin()
		p.wire.pass(ctx, p.newShipment(1, sink), parts[0].B)
		return
	}
	n := 0
	for i := range parts {
		n += parts[i].B.Live()
	}
	if n == 0 {
		for i := range parts {
			parts[i].B.Release()
		}
		return
	}
	for i := range parts {
		p.limits.ask(ctx, p.cl, parts[i].B.Topics.Names)
	}
	p.begin()
	if p.wire != nil {
		p.wire.send(ctx, p.newShipment(n, sink), parts)
		return
	}
	s := p.take(n)
	s.sink, s.parts = sink, parts
	s.reserve(parts)
	s.sendAll(ctx, parts)
}

// Flush implements Producer.
func (p *Records) Flush(ctx context.Context) error { return p.cl.Flush(ctx) }

// Close implements Producer. It returns when every row has its result and all batches are let go.
func (p *Records) Close() {
	p.cl.Close()
	for {
		p.mu.Lock()
		if p.open == 0 {
			p.mu.Unlock()
			break
		}
		if p.idle == nil {
			p.idle = make(chan struct{})
		}
		idle := p.idle
		p.mu.Unlock()
		<-idle
	}
	if p.wire != nil {
		p.wire.close()
	}
}

// begin counts a send.
func (p *Records) begin() {
	p.mu.Lock()
	p.open++
	p.mu.Unlock()
}

// ended counts a send whose last row has its result.
func (p *Records) ended() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open--; p.open == 0 && p.idle != nil {
		close(p.idle)
		p.idle = nil
	}
}

// Stats is what a producer has done and holds.
type Stats struct {
	Bytes         int64 // of keys and values acknowledged so far
	BufferedBytes int64 // handed over and not acknowledged
}

// Stats returns the counts. Safe from any goroutine.
func (p *Records) Stats() Stats {
	waiting := p.cl.BufferedProduceBytes()
	if p.wire != nil {
		waiting = p.wire.waiting.Load()
	}
	return Stats{Bytes: p.bytes.Load(), BufferedBytes: waiting}
}
