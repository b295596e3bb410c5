package harness

import "encoding/binary"

// Cut is where a connection ends: inside of a request to a broker, or of its answer.
type Cut struct {
	Key    int16 // of the API
	Nth    int   // which request of that API from now on, over all connections; from 1
	Answer bool  // of the broker, to that request
	Bytes  int   // of the frame, its length included, that still pass; all when it has fewer
}

// CutAt ends one connection, once, inside of a frame. What came before it is delivered. The channel is closed then.
// Heal takes a cut back that has not happened.
func (p *Proxy) CutAt(c Cut) <-chan struct{} {
	done := make(chan struct{})
	p.set(func() { p.cut, p.cutDone, p.cutLink = &c, done, nil })
	return done
}

// Bytes of a frame up to its correlation id: length, API key, version, id; of an answer length and id.
var headBytes = [2]int{12, 8}

// frames follows the frames of one direction of a connection.
type frames struct {
	head  []byte // of a frame whose head is not whole yet
	left  int    // bytes of the frame behind its head
	cut   *Cut   // that is due inside of it
	until int    // bytes to the cut
	deaf  bool   // it is not Kafka's protocol
}

// follow looks at bytes that are about to pass. It returns how many may, and whether the connection ends behind them.
func (p *Proxy) follow(l *link, way int, b []byte) (pass int, end bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &l.frames[way]
	for at := 0; at < len(b) && !f.deaf; {
		if f.left == 0 {
			n := min(headBytes[way]-len(f.head), len(b)-at)
			f.head = append(f.head, b[at:at+n]...)
			at += n
			if len(f.head) < headBytes[way] {
				break
			}
			size := int(int32(binary.BigEndian.Uint32(f.head)))
			f.left, f.cut = 4+size-len(f.head), nil
			f.deaf = f.left < 0
			if p.cutsLocked(l, way, f.head) {
				f.cut = p.cut
				if f.until = min(p.cut.Bytes, 4+size) - len(f.head); f.until <= 0 {
					return max(0, at+f.until), p.cutLocked()
				}
			}
			f.head = f.head[:0]
		}
		n := min(f.left, len(b)-at)
		if f.cut != nil && f.cut == p.cut && f.until <= n { // else it was taken back
			return at + f.until, p.cutLocked()
		}
		f.until -= n
		f.left -= n
		at += n
	}
	return len(b), false
}

// cutLocked says that the cut has happened.
func (p *Proxy) cutLocked() bool {
	close(p.cutDone)
	p.cut = nil
	return true
}

// cutsLocked reports whether the cut is inside of the frame that begins so.
func (p *Proxy) cutsLocked(l *link, way int, head []byte) bool {
	if p.cut == nil {
		return false
	}
	if way == 1 {
		return p.cutLink == l && int32(binary.BigEndian.Uint32(head[4:])) == p.cutID
	}
	if p.cutLink != nil || int16(binary.BigEndian.Uint16(head[4:])) != p.cut.Key {
		return false
	}
	if p.cut.Nth--; p.cut.Nth > 0 {
		return false
	}
	p.cutLink, p.cutID = l, int32(binary.BigEndian.Uint32(head[8:]))
	return !p.cut.Answer
}
