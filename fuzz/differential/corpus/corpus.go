package corpus

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Entry is one stored trial.
type Entry struct {
	File string // path, with a line number for a seed file
	*trial.Trial
	Want trial.Outcome
}

const lineBytesMax = 16 << 20

// Save writes a trial to dir/<kind>/<hash>.json, named by its requests: the same trial always has the same file.
func Save(dir string, t *trial.Trial, want trial.Outcome) (path string, err error) {
	sum := sha256.Sum256(trial.AppendStored(nil, t, trial.Outcome{}))
	path = filepath.Join(dir, t.Kind, hex.EncodeToString(sum[:6])+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, append(trial.AppendStored(nil, t, want), '\n'), 0o644)
}

// Load reads every trial under dir, or in the one file that dir names.
//
// Errors: a file or line that is no trial.
func Load(dir string) ([]Entry, error) {
	var entries []Entry
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") && !strings.HasSuffix(path, ".jsonl") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // it was only read
		entries, err = read(entries, path, f)
		return err
	})
	return entries, err
}

func read(entries []Entry, path string, r io.Reader) ([]Entry, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, lineBytesMax)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || bytes.HasPrefix(line, []byte(headPrefix)) {
			continue
		}
		t, want, err := trial.ReadStored(line)
		if err != nil {
			return entries, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		name := path
		if strings.HasSuffix(path, ".jsonl") {
			name = fmt.Sprintf("%s:%d", path, n)
		}
		entries = append(entries, Entry{name, t, want})
	}
	return entries, lines.Err()
}

// headPrefix starts the first line of a seed file.
const headPrefix = `{"answers-of":`

// WriteSeed writes dir/<kind>/seed.jsonl. about is the JSON object that names the versions behind the answers.
func WriteSeed(dir, kind string, about []byte, entries []Entry) error {
	path := filepath.Join(dir, kind, "seed.jsonl")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	out := fmt.Appendf(nil, "%s%s}\n", headPrefix, bytes.TrimSpace(about))
	for _, e := range entries {
		out = append(trial.AppendStored(out, e.Trial, e.Want), '\n')
	}
	return os.WriteFile(path, out, 0o644)
}
