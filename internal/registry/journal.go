package registry

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/millrace/millrace/internal/crash"
)

// journal keeps changes in a file, one JSON object a line.
type journal struct {
	file *os.File
	size int64        // what is written in full
	sync func() error // the file's
}

// Open returns a registry that is kept in the file of the given path, with what stands there. A last line that was not
// written to its end is dropped. One process may have it open.
//
// Ownership: the caller closes it.
func Open(path string, formats ...Kind) (*Store, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	s := New(formats...)
	j := &journal{file: f, sync: f.Sync}
	if err := j.replay(s); err != nil {
		return nil, errors.Join(fmt.Errorf("registry: %s: %w", path, err), f.Close())
	}
	s.journal = j
	return s, nil
}

func (j *journal) replay(s *Store) error {
	r := bufio.NewReader(j.file)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("line %d is damaged (%w); remove the file to start without schemas", n, err)
		}
		if r := e.Register; r != nil && r.Schema == nil && s.schemas[r.ID] == nil {
			return fmt.Errorf("line %d names the id %d, which no line before it does", n, r.ID)
		}
		s.apply(e)
		j.size += int64(len(line))
	}
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	_, err := j.file.Seek(j.size, io.SeekStart)
	return err
}

// append writes an event and waits until it is on disk. After an error nothing of it stays.
func (j *journal) append(e event) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	err := enc.Encode(e)
	crash.At(crash.JournalWrite)
	if err == nil {
		_, err = j.file.WriteAt(line.Bytes(), j.size)
	}
	crash.At(crash.JournalWritten)
	if err == nil {
		err = j.sync()
	}
	crash.At(crash.JournalSynced)
	if err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(line.Len())
	return nil
}

// Close closes the file, where there is one.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return nil
	}
	err := s.journal.file.Close()
	s.journal = nil
	return err
}
