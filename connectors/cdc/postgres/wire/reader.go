package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/millrace/millrace/batch"
)

const (
	// bufferBytes is what a buffer has: a system call for this much costs next to nothing a row.
	bufferBytes = 512 << 10
	// roomMin is the least room worth a read; with less, the unfinished frame moves to a new buffer.
	roomMin = 32 << 10
	// Gather is a pause for Start with which a trickle comes in handfuls.
	Gather = 2 * time.Millisecond
	// gatherBelow is how few bytes are a trickle: with more, there may be a backlog, for which reading goes on.
	gatherBelow = 16 << 10
	// WaitingMax is how much may wait to be taken before reading stops.
	WaitingMax = 2 << 20
	// frameBytesMax bounds a frame: PostgreSQL's own limit of a message is 1 GiB.
	frameBytesMax = 1<<30 + 1<<16
)

// Segment is whole frames: Buf[From:To]. Hold owns the buffer and belongs to who took the segment.
type Segment struct {
	Hold     *batch.Batch
	Buf      []byte
	From, To int
}

// Reader reads frames. Make one with Start.
type Reader struct {
	conn net.Conn
	pool *batch.Pool
	seen func(kind byte, body []byte) // of each frame, on the reading goroutine

	gather time.Duration

	mu      sync.Mutex
	waiting []Segment
	bytes   int
	err     error // why reading has ended
	ready   chan struct{}
	taken   chan struct{}
	closing bool

	ended chan struct{}
}

// Start sends a simple query on conn, which must be idle, waits for the answer that begins copy mode, and reads. seen,
// which may be nil, is shown every frame as it arrives; body is borrowed.
//
// gather is how long reading pauses after little came, 0 for not at all: what came is there at once, and what follows it
// comes together. Waking up for each transaction costs several times what its rows cost.
//
// Errors: the server's refusal, as *pgproto3.ErrorResponse in the chain (ServerError).
func Start(ctx context.Context, conn net.Conn, pool *batch.Pool, command string, seen func(kind byte, body []byte), gather time.Duration) (*Reader, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	message, err := (&pgproto3.Query{String: command}).Encode(nil)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(message); err != nil {
		return nil, cause(ctx, err)
	}
	for {
		var head [5]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return nil, cause(ctx, err)
		}
		n := int(binary.BigEndian.Uint32(head[1:])) - 4
		if n < 0 || n > 1<<20 {
			return nil, fmt.Errorf("answer %q of %d bytes to %q", head[0], n, command)
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(conn, body); err != nil {
			return nil, cause(ctx, err)
		}
		switch head[0] {
		case 'W', 'H': // CopyBothResponse, CopyOutResponse
			r := &Reader{conn: conn, pool: pool, seen: seen, gather: gather, ready: make(chan struct{}, 1), taken: make(chan struct{}, 1), ended: make(chan struct{})}
			go r.run()
			return r, nil
		case 'E':
			return nil, ServerError(body)
		case 'N', 'S': // notices and parameters come at any time
		default:
			return nil, fmt.Errorf("answer %q to %q", head[0], command)
		}
	}
}

func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// run reads until the connection ends.
func (r *Reader) run() {
	defer close(r.ended)
	var hold *batch.Batch
	var buf []byte
	from, to := 0, 0 // first byte of the unfinished frame, read so far
	need := 0        // bytes that the unfinished frame has, when known
	defer func() {
		if hold != nil {
			hold.Release()
		}
	}()
	for {
		if len(buf)-to < roomMin || from+need > len(buf) {
			fresh := r.pool.New(0)
			next := fresh.Arena.Bytes(max(bufferBytes, need+roomMin))
			to = copy(next, buf[from:to])
			if hold != nil {
				hold.Release()
			}
			hold, buf, from = fresh, next, 0
		}
		n, err := r.conn.Read(buf[to:])
		to += n
		end := from
		for need = 0; to-end >= 5; {
			size := 1 + int(binary.BigEndian.Uint32(buf[end+1:]))
			if size < 5 || size > frameBytesMax {
				err = errors.Join(err, fmt.Errorf("frame %q of %d bytes", buf[end], size))
				break
			}
			if to-end < size {
				need = size
				break
			}
			if r.seen != nil {
				r.seen(buf[end], buf[end+5:end+size])
			}
			end += size
		}
		if end > from {
			r.publish(hold, buf, from, end)
			from = end
		}
		if err != nil {
			r.finish(err)
			return
		}
		if !r.room() {
			return
		}
		if n < gatherBelow && r.gather > 0 {
			time.Sleep(r.gather)
		}
	}
}

// publish adds whole frames to what waits.
func (r *Reader) publish(hold *batch.Batch, buf []byte, from, to int) {
	r.mu.Lock()
	if n := len(r.waiting); n > 0 && r.waiting[n-1].Hold == hold && r.waiting[n-1].To == from {
		r.waiting[n-1].To = to
	} else {
		hold.Retain() // released by who takes the segment, or Close
		r.waiting = append(r.waiting, Segment{hold, buf, from, to})
	}
	r.bytes += to - from
	r.mu.Unlock()
	signal(r.ready)
}

func (r *Reader) finish(err error) {
	r.mu.Lock()
	r.err = err
	r.mu.Unlock()
	signal(r.ready)
}

// room waits until little enough waits; false: the reader is closed.
func (r *Reader) room() bool {
	for {
		r.mu.Lock()
		full, closing := r.bytes >= WaitingMax, r.closing
		r.mu.Unlock()
		if closing {
			return false
		}
		if !full {
			return true
		}
		<-r.taken
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Ready receives when Take may have something.
func (r *Reader) Ready() <-chan struct{} { return r.ready }

// Take appends the segments that wait to dst. When there are none any more it returns why reading has ended, nil while
// it goes on.
func (r *Reader) Take(dst []Segment) ([]Segment, error) {
	r.mu.Lock()
	n := len(r.waiting)
	dst = append(dst, r.waiting...)
	clear(r.waiting)
	r.waiting, r.bytes = r.waiting[:0], 0
	err := r.err
	r.mu.Unlock()
	if n > 0 {
		signal(r.taken)
		return dst, nil
	}
	return dst, err
}

// Waiting returns the bytes that were read and not taken.
func (r *Reader) Waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes
}

// Full reports whether reading waits until something is taken.
func (r *Reader) Full() bool { return r.Waiting() >= WaitingMax }

// Close closes the connection, waits for the reading goroutine and drops what waits.
func (r *Reader) Close() error {
	r.mu.Lock()
	r.closing = true
	r.mu.Unlock()
	err := r.conn.Close()
	signal(r.taken)
	<-r.ended
	for _, s := range r.waiting {
		s.Hold.Release()
	}
	r.waiting = nil
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Frame returns where the body of the first frame lies. s is not empty.
func (s *Segment) Frame() (from, to int) {
	return s.From + 5, s.From + 1 + int(binary.BigEndian.Uint32(s.Buf[s.From+1:]))
}
