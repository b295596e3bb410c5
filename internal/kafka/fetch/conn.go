package fetch

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/millrace/millrace/batch/mem"
)

// readBufferBytes is what is read ahead of a response: sizes and short responses with one system call.
const readBufferBytes = 4 << 10

// Conn is a connection to a broker. It looks at nothing until the client has written a Fetch request.
//
// The client writes from one goroutine and reads from one, and closes from any.
type Conn struct {
	net.Conn
	ip *Interposer

	node    atomic.Int32
	known   atomic.Bool // node is set
	fetches atomic.Bool // a Fetch request was written: what is read is looked at

	mu     sync.Mutex // guards what requests said
	asked  map[int32]asked
	at     positions
	closed bool

	request []byte // of bound; the writing goroutine's own

	read   sync.Mutex // held during Read; guards the fields below
	in     *bufio.Reader
	head   [8]byte
	have   int       // bytes in head
	out    []byte    // not yet given to the client
	slab   *mem.Slab // that out is in; nil: none
	stands *response // that out tells the client of; nil: none
	rest   int       // bytes of a response that pass through
	broken error     // every further read
	w      rewriter
}

// asked is a Fetch request whose response is still to come.
type asked struct {
	version int16
	pass    bool  // its response is not replaced
	bytes   int32 // that the Limit granted; 0: there is none
}

// ready says to which broker the connection leads.
func (c *Conn) ready(node int32) {
	c.node.Store(node)
	c.known.Store(true)
}

// Write writes as it is told. Fetch requests are noted before, and ask for no more than they may.
func (c *Conn) Write(p []byte) (int, error) {
	if c.known.Load() {
		p = c.note(p)
	}
	return c.Conn.Write(p)
}

// note looks at a request and returns what is to be sent.
func (c *Conn) note(p []byte) []byte {
	if len(p) < requestHead || int64(binary.BigEndian.Uint32(p)) != int64(len(p)-4) {
		if c.fetches.Load() { // before, it may be a login
			c.ip.Distrust("the client library does not write a request at once")
			c.passAll()
		}
		return p
	}
	if binary.BigEndian.Uint16(p[4:]) != fetchKey {
		return p
	}
	c.ip.ledger.supersede(c.node.Load())
	req, body, err := readFetch(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at == nil {
		c.asked, c.at = map[int32]asked{}, positions{}
	}
	a := asked{version: int16(binary.BigEndian.Uint16(p[6:])), pass: err != nil || !c.ip.Active()}
	if err != nil {
		clear(c.at)
		c.ip.Distrust("a fetch request could not be read: " + err.Error())
	} else {
		c.at.apply(req)
		if !c.closed {
			p, a.bytes = c.bound(p, body, req)
		}
	}
	if len(c.asked) > 0 { // at now says what the second one asks for
		a.pass = true
		for id, before := range c.asked {
			before.pass = true
			c.asked[id] = before
		}
	}
	c.asked[int32(binary.BigEndian.Uint32(p[8:]))] = a
	c.fetches.Store(true)
	return p
}

func (c *Conn) passAll() {
	c.mu.Lock()
	for id, a := range c.asked {
		a.pass = true
		c.asked[id] = a
	}
	c.mu.Unlock()
}

// Read gives the client what the broker sent, or what stands for it.
func (c *Conn) Read(p []byte) (int, error) {
	c.read.Lock()
	defer c.read.Unlock()
	for {
		switch {
		case len(p) == 0:
			return 0, nil
		case len(c.out) > 0:
			n := copy(p, c.out)
			if c.out = c.out[n:]; len(c.out) == 0 {
				c.delivered()
			}
			return n, nil
		case c.broken != nil:
			return 0, c.broken
		case !c.fetches.Load():
			return c.Conn.Read(p)
		case c.rest > 0:
			n, err := c.in.Read(p[:min(len(p), c.rest)])
			c.rest -= n
			return n, err
		}
		if err := c.frame(); err != nil {
			return 0, err
		}
	}
}

// frame reads the beginning of a response, and all of one that is replaced.
func (c *Conn) frame() error {
	if c.in == nil {
		c.in = bufio.NewReaderSize(c.Conn, readBufferBytes)
	}
	if err := c.fill(4); err != nil {
		return err
	}
	size := int64(int32(binary.BigEndian.Uint32(c.head[:])))
	if size < 4 || size > c.ip.readMax.Load() {
		// The client closes the connection, or needs no help.
		c.pass(4, max(size, 0))
		return nil
	}
	if err := c.fill(8); err != nil {
		return err
	}
	id := int32(binary.BigEndian.Uint32(c.head[4:]))
	c.mu.Lock()
	a, ok := c.asked[id]
	delete(c.asked, id)
	c.mu.Unlock()
	if !ok || a.pass || !c.ip.Active() {
		c.ip.came(a)
		c.pass(8, size-4)
		return nil
	}
	slab := c.ip.ledger.pool.Get(int(size) + 4)
	c.ip.came(a)
	b := slab.B[:size+4]
	copy(b, c.head[:])
	if _, err := io.ReadFull(c.in, b[8:]); err != nil {
		c.ip.ledger.pool.Put(slab)
		c.broken = cutOff(err)
		return c.broken
	}
	c.have = 0
	c.w.ip = c.ip
	c.mu.Lock() // a second request would change the positions
	out, held := c.w.rewrite(slab, b, c.node.Load(), a.version, c.at)
	c.mu.Unlock()
	if held == nil {
		c.out, c.slab = b, slab
	} else {
		c.out, c.stands = out, held
	}
	return nil
}

// fill reads until head has n bytes. What was read stays where a deadline ends it.
func (c *Conn) fill(n int) error {
	for c.have < n {
		k, err := c.in.Read(c.head[c.have:n])
		if c.have += k; err != nil && c.have < n {
			if c.have > 0 {
				err = cutOff(err)
			}
			return err
		}
	}
	return nil
}

// cutOff tells the end of a response that has begun from one between two.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// pass lets n bytes of head and the rest of a response through.
func (c *Conn) pass(n int, rest int64) {
	c.out, c.have, c.rest = c.head[:n], 0, int(rest)
}

// delivered notes that the client has all of a response.
func (c *Conn) delivered() {
	if c.slab != nil {
		c.ip.ledger.pool.Put(c.slab)
	}
	c.out, c.slab, c.stands = nil, nil, nil
	c.w.shrink()
}

// Close frees what the client has not read. It waits for a Read that goes on, which fails.
func (c *Conn) Close() error {
	err := c.Conn.Close()
	c.read.Lock()
	if c.broken == nil {
		c.broken = net.ErrClosed
	}
	if c.stands != nil {
		c.ip.ledger.free(c.stands) // a response of which a part is missing is none
	}
	c.delivered()
	c.read.Unlock()
	c.mu.Lock()
	c.closed = true
	for _, a := range c.asked {
		c.ip.came(a)
	}
	clear(c.asked)
	c.mu.Unlock()
	c.ip.forget(c)
	return err
}
