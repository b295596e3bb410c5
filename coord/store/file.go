package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java/javaser"
)

// File keeps offsets in the file of a standalone worker, in Java's own format: the serialized
// java.util.HashMap of the keys and values that the offset topic has. Reads answer from memory; every
// Set writes the file whole before it returns, concurrent ones together. One process at a time may use
// a file. Source: FileOffsetBackingStore.
type File struct {
	offsets

	path   string
	create func(path string) (*os.File, error)
	writer chan struct{} // holds a token while the file is written

	// Guarded by offsets.mu.
	queue  []*request
	closed bool
}

// request is a Set that waits to be written.
type request struct {
	changes []change
	done    chan error
}

// OpenFile reads the offsets of a file. A missing or an empty file has none.
//
// Errors: a file that cannot be read, is cut short or holds something else. Java takes a file that was
// cut short for an empty one, and so starts all over.
func OpenFile(path string, log *slog.Logger) (*File, error) {
	f := &File{offsets: offsets{table: newTable()}, path: path, create: createNew, writer: make(chan struct{}, 1)}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		f.path = real
	}
	data, err := f.read()
	if err == nil && len(data) > 0 {
		err = f.decode(data, log.With("file", path))
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) decode(data []byte, log *slog.Logger) error {
	entries, err := javaser.Read(data)
	if err != nil {
		return fmt.Errorf("offset file %q: not a worker's offsets, or damaged; restore it from a copy, or remove it to start without offsets: %w", f.path, err)
	}
	f.table.load(entries, log)
	return nil
}

// encode is the inverse of decode.
func encode(entries []entry) []byte {
	raw := make([]javaser.Entry, len(entries))
	for i := range entries {
		raw[i] = entries[i].Entry
	}
	return javaser.Append(nil, raw)
}

func (f *File) read() ([]byte, error) {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("offset file: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("offset file %q: is a folder; name a file in offset.storage.file.filename", f.path)
	}
	if !info.Mode().IsRegular() {
		return nil, nil // such as /dev/null
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil, fmt.Errorf("offset file: %w", err)
	}
	return data, nil
}

// Set writes offsets and returns when they are durable. A null offset removes the partition.
//
// Errors: offsets that connectors.CheckOffsetMap refuses, and a file that cannot be written: then
// offsets and file are as they were. When ctx ends first, they may be written or not.
func (f *File) Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	list, err := changes(connector, offsets)
	if err != nil || len(list) == 0 {
		return err
	}
	r := &request{list, make(chan error, 1)}
	if !f.enqueue(r) {
		return fmt.Errorf("offset file %q: closed", f.path)
	}
	select {
	case f.writer <- struct{}{}:
		f.writeQueue()
		<-f.writer
		return <-r.done
	case err := <-r.done:
		return err
	case <-ctx.Done():
		f.withdraw(r)
		return fmt.Errorf("offset file %q: %w", f.path, ctx.Err())
	}
}

func (f *File) enqueue(r *request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.queue = append(f.queue, r)
	return true
}

func (f *File) withdraw(r *request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = slices.DeleteFunc(f.queue, func(q *request) bool { return q == r })
}

// writeQueue writes everything that waits. The caller holds the writer's token, so nobody else changes
// the table between its two locks.
func (f *File) writeQueue() {
	f.mu.Lock()
	queue := f.queue
	f.queue = nil
	var list []change
	for _, r := range queue {
		list = append(list, r.changes...)
	}
	entries := f.table.stage(list)
	f.mu.Unlock()
	if len(queue) == 0 {
		return
	}
	err := f.write(entries)
	if err == nil {
		f.mu.Lock()
		f.table.commit(entries)
		f.mu.Unlock()
	}
	for _, r := range queue {
		r.done <- err
	}
}

func (f *File) write(entries []entry) error {
	if err := f.replace(encode(entries)); err != nil {
		return fmt.Errorf("offset file %q: offsets not stored: %w", f.path, err)
	}
	return nil
}

// Close waits for a Set that is writing and refuses further ones.
func (f *File) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.writer <- struct{}{}
	f.writeQueue()
	<-f.writer
	return nil
}
