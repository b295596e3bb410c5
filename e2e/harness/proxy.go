package harness

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy forwards TCP connections to another address and can spoil them. All methods may be called at any time; they
// act on connections that are open and on later ones, until Heal.
type Proxy struct {
	Address string // host:port, where it listens

	listener net.Listener
	done     sync.WaitGroup

	// Guarded by mu.
	mu      sync.Mutex
	target  string
	links   map[*link]bool
	changed chan struct{} // closed and made anew when a field below changes
	closed  bool
	hole    bool          // nothing passes, nothing is closed
	delay   time.Duration // of every piece
	rate    int           // bytes a second in each direction of all connections together; 0 is no limit
	left    int           // bytes until reset; negative is no reset
	free    [2]time.Time  // when each direction may carry its next piece
	cut     *Cut          // nil when none is due
	cutLink *link         // has the request that the cut is about
	cutID   int32         // of that request
	cutDone chan struct{}
	replies *replies // nil unless the target is a PostgreSQL server
}

// pieceBytes is how much is forwarded at a time; piecesMax how many of them are on the way in one direction.
const pieceBytes, piecesMax = 16 << 10, 64

// link is one forwarded connection.
type link struct {
	ends   [2]net.Conn // client, target
	gone   chan struct{}
	once   sync.Once
	lossy  bool      // something was swallowed; guarded by Proxy.mu
	frames [2]frames // what passed each way; guarded by Proxy.mu
	reply  reply     // of a PostgreSQL server, on its way; guarded by Proxy.mu
}

// StartProxy starts a proxy on loopback; the cleanup of t closes it.
func StartProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	return StartProxyAt(t, "127.0.0.1:0", target)
}

// StartProxyAt is StartProxy at an address, host:port.
func StartProxyAt(t testing.TB, address, target string) *Proxy {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Address: l.Addr().String(), target: target, listener: l, links: map[*link]bool{}, changed: make(chan struct{}), left: -1}
	p.done.Add(1)
	go p.accept()
	t.Cleanup(p.close)
	return p
}

func (p *Proxy) accept() {
	defer p.done.Done()
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.done.Add(1)
		go p.forward(client)
	}
}

func (p *Proxy) forward(client net.Conn) {
	defer p.done.Done()
	var d net.Dialer
	p.mu.Lock()
	address := p.target
	p.mu.Unlock()
	target, err := d.DialContext(context.Background(), "tcp", address)
	if err != nil {
		reset(client) // as if nobody listened here
		return
	}
	l := &link{ends: [2]net.Conn{client, target}, gone: make(chan struct{})}
	p.mu.Lock()
	closed := p.closed
	p.links[l] = true
	p.mu.Unlock()
	if closed {
		l.reset()
	}
	var both sync.WaitGroup
	both.Add(2)
	for way := range 2 {
		go func() {
			defer both.Done()
			p.pump(l, way)
		}()
	}
	both.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// piece is what was read at once, and when.
type piece struct {
	bytes []byte
	at    time.Time
}

// pump copies one direction until an end closes. Reading goes on while pieces are delayed: they are on the way.
func (p *Proxy) pump(l *link, way int) {
	from, to := l.ends[way], l.ends[1-way]
	pieces := make(chan piece, piecesMax)
	go func() {
		defer close(pieces)
		for {
			buf := make([]byte, pieceBytes)
			n, err := from.Read(buf)
			if n > 0 {
				pieces <- piece{buf[:n], time.Now()}
			}
			if err != nil {
				return
			}
		}
	}()
	for one := range pieces {
		if !p.pass(l, way, one) {
			continue
		}
		n, end := p.follow(l, way, one.bytes)
		if way == 1 && p.replies != nil {
			n, end = p.count(l, one.bytes)
		}
		if _, err := to.Write(one.bytes[:n]); err != nil || end {
			l.close()
		}
	}
	l.close()
}

// pass waits until a piece may go this way. False says that it is swallowed, or the connection is gone.
func (p *Proxy) pass(l *link, way int, one piece) bool {
	for {
		p.mu.Lock()
		changed := p.changed
		var until time.Time
		switch now := time.Now(); {
		case p.hole:
			l.lossy = true
			p.mu.Unlock()
			return false
		case one.at.Add(p.delay).After(now):
			until = one.at.Add(p.delay)
		case p.rate > 0 && p.free[way].After(now):
			until = p.free[way]
		default:
			ok := p.spendLocked(way, len(one.bytes), now)
			p.mu.Unlock()
			if !ok {
				p.Reset()
			}
			return ok
		}
		p.mu.Unlock()
		timer := time.NewTimer(time.Until(until))
		select {
		case <-timer.C:
		case <-changed:
		case <-l.gone:
			timer.Stop()
			return false
		}
		timer.Stop()
	}
}

// spendLocked counts n bytes; false says that they are those that break the connections.
func (p *Proxy) spendLocked(way, n int, now time.Time) bool {
	if p.rate > 0 {
		p.free[way] = now.Add(time.Duration(n) * time.Second / time.Duration(p.rate))
	}
	if p.left < 0 {
		return true
	}
	if p.left -= n; p.left >= 0 {
		return true
	}
	p.left = -1
	return false
}

// Forward changes where new connections lead.
func (p *Proxy) Forward(target string) { p.set(func() { p.target = target }) }

// Reset breaks all open connections, as a restarted firewall does.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.reset()
	}
}

// ResetAfter breaks all connections, once, when n more bytes have passed.
func (p *Proxy) ResetAfter(n int) { p.set(func() { p.left = n }) }

// Blackhole swallows everything, in both directions, and closes nothing. New connections are taken.
func (p *Proxy) Blackhole() { p.set(func() { p.hole = true }) }

// Delay holds every piece back for d.
func (p *Proxy) Delay(d time.Duration) { p.set(func() { p.delay = d }) }

// Rate lets n bytes pass a second in each direction, over all connections.
func (p *Proxy) Rate(n int) { p.set(func() { p.rate = n }) }

// Heal ends every disturbance. It breaks connections of which something was swallowed: it is gone.
func (p *Proxy) Heal() {
	p.set(func() {
		p.hole, p.delay, p.rate, p.left, p.cut = false, 0, 0, -1, nil
		for l := range p.links {
			if l.lossy {
				l.reset()
			}
		}
	})
}

func (p *Proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.listener.Close()
	p.Reset()
	p.done.Wait()
}

func (l *link) close() {
	l.once.Do(func() {
		close(l.gone)
		_ = errors.Join(l.ends[0].Close(), l.ends[1].Close())
	})
}

func (l *link) reset() {
	l.once.Do(func() {
		close(l.gone)
		reset(l.ends[0])
		reset(l.ends[1])
	})
}

// reset closes c without the polite end: the peer sees a reset.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closed below either way
	}
	c.Close()
}
