package fetch

import (
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Limit says how many bytes brokers may send, request by request: a client that waits for records asks again and again
// without a word of whoever it belongs to. Safe for concurrent use.
type Limit interface {
	// Ask returns how many bytes a request may ask for, most at most; the client fetches from so many brokers.
	Ask(most int32, brokers int) int32
	// Came ends an Ask: the response is here, and counts in the pool, or it will not come.
	Came(bytes int32)
}

// Bound has each Fetch request ask for what l says. It comes before the first Dial.
func (ip *Interposer) Bound(l Limit) { ip.limit = l }

// fetching is how many connections there are that the client fetches on.
func (ip *Interposer) fetching() (n int) {
	ip.mu.Lock()
	defer ip.mu.Unlock()
	for c := range ip.conns {
		if c.fetches.Load() {
			n++
		}
	}
	return n
}

// bound returns the request p, whose body begins at body, with what it may ask for in place of what it does, and that.
// p is not changed.
func (c *Conn) bound(p []byte, body int, req *kmsg.FetchRequest) ([]byte, int32) {
	at, ok := maxBytesAt(req.Version)
	if c.ip.limit == nil || !ok {
		return p, 0
	}
	bytes := c.ip.limit.Ask(req.MaxBytes, max(c.ip.fetching(), 1))
	if bytes >= req.MaxBytes {
		return p, bytes
	}
	c.request = append(c.request[:0], p...)
	binary.BigEndian.PutUint32(c.request[body+at:], uint32(bytes))
	return c.request, bytes
}

// maxBytesAt is where MaxBytes lies in the body of a Fetch request: behind the replica's id, which is a tag from version
// 15 on, the longest wait and the fewest bytes. ok is false for versions that have none.
func maxBytesAt(version int16) (at int, ok bool) {
	switch {
	case version < 3:
		return 0, false
	case version < 15:
		return 12, true
	}
	return 8, true
}

// came ends the Ask of a request.
func (ip *Interposer) came(a asked) {
	if ip.limit != nil && a.bytes > 0 {
		ip.limit.Came(a.bytes)
	}
}
