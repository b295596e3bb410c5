package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// Conn is a connection to a broker. The client writes from one goroutine.
type Conn struct {
	net.Conn
	ip    *Interposer
	ready atomic.Bool

	// Of Write, used again.
	places []place
	swaps  []swap
	own    []byte // bytes that are in no batch and not in the client's request
	out    net.Buffers
	joined []byte
}

// swap is a batch in the place of its stand-in.
type swap struct {
	place
	b *Batch
	h stamp
}

// errGone: the client let go of a batch while it wrote the request. It writes it anew, without.
var errGone = errors.New("wire: a batch of the request was given up")

// Write writes a request, with batches where the client has stand-ins.
func (c *Conn) Write(p []byte) (int, error) {
	whole := len(p) >= requestHead && int64(binary.BigEndian.Uint32(p)) == int64(len(p)-4)
	switch {
	case c.ip.broken.Load() != nil:
		return 0, errBroken
	case !whole && c.ready.Load():
		return 0, c.ip.fail(errors.New("it does not write a request at once"))
	case !whole || binary.BigEndian.Uint16(p[4:]) != produceKey:
		return c.Conn.Write(p)
	}
	defer c.reset()
	if err := c.find(p); err != nil {
		return 0, err
	}
	if len(c.swaps) == 0 {
		return c.Conn.Write(p)
	}
	c.seal(version(p))
	return c.send(p)
}

// find looks for stand-ins, and takes what they stand for.
func (c *Conn) find(p []byte) (err error) {
	if c.places, err = places(c.places[:0], p); err != nil {
		return c.ip.fail(err)
	}
	for _, at := range c.places {
		id, k := readStandIn(at.records, &c.ip.nonce)
		switch k {
		case foreign:
			continue
		case odd:
			return c.ip.fail(errors.New("it does not send a record as a batch of its own"))
		}
		b := c.ip.take(id)
		if b == nil {
			return errGone
		}
		s := swap{place: at, b: b, h: stamp{
			id:       int64(binary.BigEndian.Uint64(at.records[wirebatch.ProducerAt:])),
			epoch:    int16(binary.BigEndian.Uint16(at.records[wirebatch.EpochAt:])),
			sequence: int32(binary.BigEndian.Uint32(at.records[wirebatch.SequenceAt:])),
		}}
		c.swaps = append(c.swaps, s)
		if b.lane.Partition != at.partition {
			return c.ip.fail(fmt.Errorf("a record for partition %d is sent to partition %d", b.lane.Partition, at.partition))
		}
	}
	for i := range c.swaps {
		s := &c.swaps[i]
		if err := s.b.lane.seal(s.b, &s.h); err != nil {
			return c.ip.fail(fmt.Errorf("partition %d: %w", s.partition, err))
		}
	}
	return nil
}

// seal compresses what was not yet, several batches at a time.
func (c *Conn) seal(version int16) {
	if c.ip.opt.Compressor == nil || len(c.swaps) == 1 {
		for i := range c.swaps {
			c.swaps[i].b.seal(c.ip.opt.Compressor, version)
		}
		return
	}
	var all sync.WaitGroup
	var next atomic.Int64
	for range min(len(c.swaps), runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(c.swaps)); i = next.Add(1) - 1 {
				c.swaps[i].b.seal(c.ip.opt.Compressor, version)
			}
		})
	}
	all.Wait()
}

// send writes a request: pieces of p, and between them batches with their lengths and headers.
func (c *Conn) send(p []byte) (int, error) {
	v := version(p)
	const most = 5 + wirebatch.HeadEnd // of a length and a header
	if need := 4 + len(c.swaps)*most; cap(c.own) < need {
		c.own = make([]byte, 0, need)
	}
	own := c.own[:4] // the length of all
	c.out = append(c.out[:0], own[:4])
	size, from := 0, 4
	for i := range c.swaps {
		s := &c.swaps[i]
		at := len(own)
		own = appendLength(own, v, wirebatch.HeadEnd+len(s.b.body))
		own = s.b.appendHead(own, s.records, s.h)
		c.out = append(c.out, p[from:s.at], own[at:], s.b.body)
		size += s.at - from + len(own) - at + len(s.b.body)
		from = s.end
	}
	c.out = append(c.out, p[from:])
	size += len(p) - from
	binary.BigEndian.PutUint32(own, uint32(size))
	n, err := c.write()
	if err == nil {
		return len(p), nil
	}
	// The client tells a request of which nothing was written from one that may have arrived.
	return int(min(n, int64(len(p)-1))), err
}

// write writes all of out: with one call of the system where it can, above TLS in one piece.
func (c *Conn) write() (int64, error) {
	if _, ok := c.Conn.(*net.TCPConn); ok {
		rest := c.out // WriteTo consumes it
		return rest.WriteTo(c.Conn)
	}
	c.joined = c.joined[:0]
	for _, b := range c.out {
		c.joined = append(c.joined, b...)
	}
	n, err := c.Conn.Write(c.joined)
	return int64(n), err
}

// joinedMax is what is kept between requests.
const joinedMax = 4 << 20

// reset lets go of the batches of a request.
func (c *Conn) reset() {
	for i := range c.swaps {
		c.swaps[i].b.Release()
	}
	clear(c.swaps)
	clear(c.places)
	clear(c.out[:cap(c.out)])
	c.swaps = c.swaps[:0]
	if cap(c.joined) > joinedMax {
		c.joined = nil
	}
}
