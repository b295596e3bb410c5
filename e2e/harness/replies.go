package harness

import (
	"encoding/binary"
	"testing"
)

// replies count the messages of a PostgreSQL server behind a Proxy. Guarded by Proxy.mu.
type replies struct {
	passed int
	until  int // messages until the connection ends; 0 is no end
}

// reply is the message that passes on one connection.
type reply struct {
	head []byte // kind and length, when not whole yet
	left int    // bytes behind its head
}

// replyHeadBytes are kind and length of a message.
const replyHeadBytes = 5

// StartPostgresProxy is StartProxy in front of a PostgreSQL server. Clients use no TLS, and do not ask for it.
func StartPostgresProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p := StartProxy(t, target)
	p.set(func() { p.replies = &replies{} })
	return p
}

// CutAfterReplies ends one connection, once, behind the n-th message of the server from now on, over all connections.
// What came before is delivered. 0 takes it back.
func (p *Proxy) CutAfterReplies(n int) { p.set(func() { p.replies.until = n }) }

// Replies returns how many messages have passed, and whether a cut is still due.
func (p *Proxy) Replies() (passed int, due bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.replies.passed, p.replies.until > 0
}

// count looks at bytes of a server that are about to pass. It returns how many may, and whether the connection ends
// behind them.
func (p *Proxy) count(l *link, b []byte) (pass int, end bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &l.reply
	for at := 0; at < len(b); {
		if r.left == 0 {
			n := min(replyHeadBytes-len(r.head), len(b)-at)
			r.head = append(r.head, b[at:at+n]...)
			at += n
			if len(r.head) < replyHeadBytes {
				break
			}
			r.left = int(binary.BigEndian.Uint32(r.head[1:])) + 1 - replyHeadBytes
			r.head = r.head[:0]
		}
		n := min(r.left, len(b)-at)
		r.left -= n
		at += n
		if r.left > 0 {
			break
		}
		p.replies.passed++
		if p.replies.until > 0 {
			if p.replies.until--; p.replies.until == 0 {
				return at, true
			}
		}
	}
	return len(b), false
}
