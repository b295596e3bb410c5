package signal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// file is the channel signal.file: a line is a signal, and lines that were read are removed. Source: FileSignalChannel.
type file struct {
	path string
	log  *slog.Logger
}

func (f *file) Read(context.Context) (out []Signal, err error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) || len(text) == 0 && err == nil {
		return nil, nil
	}
	if err == nil {
		err = os.Truncate(f.path, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("signal.file: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		s, err := parseLine(line)
		if err != nil {
			f.log.Warn("line of signal.file is left out", "line", line, "err", err)
			continue
		}
		out = append(out, s)
	}
	return out, nil
}

// parseLine reads {"id":…,"type":…,"data":{…}}; id and type may be numbers too.
func parseLine(line string) (s Signal, err error) {
	var d struct {
		ID, Type any
		Data     json.RawMessage
	}
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&d); err != nil {
		return s, err
	}
	if d.ID == nil || d.Type == nil || d.Data == nil {
		return s, errors.New("id, type or data is missing")
	}
	var data bytes.Buffer
	if err := json.Compact(&data, d.Data); err != nil {
		return s, err
	}
	return Signal{ID: fmt.Sprint(d.ID), Type: fmt.Sprint(d.Type), Data: data.String()}, nil
}

func (f *file) Commit(context.Context) error { return nil }
func (f *file) Close(context.Context) error  { return nil }
