package spill

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sort"
)

// Transaction is what was sent of one, and once it has ended the frames that version 1 would have sent.
type Transaction struct {
	store  *Store
	xid    uint32
	lsn    uint64 // of its first change
	origin int64  // bytes that say where it comes from, in front of its changes

	file   *os.File // the first bytes; nil: none
	filed  int64
	memory []byte // what follows
	subs   []subtransaction

	frames io.Reader // once it has ended
}

// subtransaction is where the first change of a sub-transaction lies. They are in order of id. One that has changed
// nothing before those within it have is not among them: when it aborts, so do these, and what it did comes behind.
type subtransaction struct {
	xid uint32
	at  int64
}

func (t *Transaction) size() int64 { return t.filed + int64(len(t.memory)) }

// sub notes the beginning of a sub-transaction.
func (t *Transaction) sub(xid uint32) {
	if xid == t.xid {
		return
	}
	if n := len(t.subs); n > 0 && int32(xid-t.subs[n-1].xid) <= 0 { // as ids wrap around
		return
	}
	t.subs = append(t.subs, subtransaction{xid, t.size()})
}

// drop takes back what a sub-transaction, and those within it, have sent. Nothing of others follows: they end first.
func (t *Transaction) drop(xid uint32) error {
	i := sort.Search(len(t.subs), func(i int) bool { return int32(t.subs[i].xid-xid) >= 0 })
	if i == len(t.subs) || t.subs[i].xid != xid {
		return nil // nothing of it was sent, or it is gone already
	}
	at := t.subs[i].at
	t.subs = t.subs[:i]
	keep := int(max(at-t.filed, 0))
	t.store.used -= len(t.memory) - keep
	t.memory = t.memory[:keep]
	if at >= t.filed {
		return nil
	}
	t.filed = at
	if err := t.file.Truncate(at); err != nil {
		return fmt.Errorf("drop a sub-transaction: %w", err)
	}
	if _, err := t.file.Seek(at, io.SeekStart); err != nil {
		return fmt.Errorf("drop a sub-transaction: %w", err)
	}
	return nil
}

// add appends a frame, which consists of two parts, with its size made right.
func (t *Transaction) add(head, rest []byte) error {
	from, n := len(t.memory), len(head)+len(rest)
	t.memory = append(append(t.memory, head...), rest...)
	binary.BigEndian.PutUint32(t.memory[from+1:], uint32(n-1))
	if t.store.used += n; t.store.used > t.store.memoryMax {
		return t.store.makeRoom()
	}
	return nil
}

// spill moves what is in memory to the file.
func (t *Transaction) spill() error {
	if t.file == nil {
		f, err := os.CreateTemp(t.store.dir, "millrace-transaction-")
		if err != nil {
			return fmt.Errorf("keep transaction %d: %w", t.xid, err)
		}
		t.file = f
		if err := os.Remove(f.Name()); err != nil { // so that nothing is left behind, however this ends
			return fmt.Errorf("keep transaction %d: %w", t.xid, err)
		}
	}
	n, err := t.file.Write(t.memory)
	t.filed += int64(n)
	if err != nil {
		return fmt.Errorf("keep transaction %d, of which %d bytes are in %s: %w", t.xid, t.filed, t.file.Name(), err)
	}
	t.store.used -= len(t.memory)
	t.memory = t.memory[:0]
	return nil
}

// end makes the transaction one that has ended: frame and body are its commit.
func (t *Transaction) end(frame, body []byte) error {
	commit, time := body[6:14], body[22:30]
	begin := append([]byte{}, frame[:message]...)
	binary.BigEndian.PutUint64(begin[frameHead+1:], t.lsn)
	begin = binary.BigEndian.AppendUint32(append(append(append(begin, 'B'), commit...), time...), t.xid)
	end := append(append(append([]byte{}, frame[:message]...), 'C'), body[5:]...)
	for _, f := range [][]byte{begin, end} {
		binary.BigEndian.PutUint32(f[1:], uint32(len(f)-1))
	}
	var filed io.Reader = bytes.NewReader(nil)
	if t.file != nil {
		if _, err := t.file.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read transaction %d: %w", t.xid, err)
		}
		filed = io.LimitReader(t.file, t.filed)
	}
	t.frames = io.MultiReader(bytes.NewReader(begin), filed, bytes.NewReader(t.memory), bytes.NewReader(end))
	return nil
}

// Read reads the frames of a transaction that has ended.
func (t *Transaction) Read(p []byte) (int, error) { return t.frames.Read(p) }

// Close gives memory and file back.
func (t *Transaction) Close() error {
	t.store.used -= len(t.memory)
	t.memory, t.subs = nil, nil
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}
