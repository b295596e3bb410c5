package harness

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// ports gives out loopback ports.
type ports struct {
	mu    sync.Mutex
	given map[int]bool
}

// free returns a port that nobody listens on and that p has not given out before.
func (p *ports) free() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range 100 {
		var lc net.ListenConfig
		l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("find a free port: %w", err)
		}
		addr, ok := l.Addr().(*net.TCPAddr)
		l.Close()
		if ok && !p.given[addr.Port] {
			if p.given == nil {
				p.given = map[int]bool{}
			}
			p.given[addr.Port] = true
			return addr.Port, nil
		}
	}
	return 0, fmt.Errorf("find a free port: a hundred tries gave only ports already handed out")
}

// FreePort returns a loopback port that nobody listens on and that s has not given out before.
func (s *Suite) FreePort() (int, error) { return s.ports.free() }
