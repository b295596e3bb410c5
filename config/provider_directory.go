package config

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// directoryProvider gives the files of a directory: the name is the key, the UTF-8 content the value,
// line ends at the end included. Source: DirectoryConfigProvider.
type directoryProvider struct {
	allowed *allowedPaths
	log     *slog.Logger
}

var _ Provider = (*directoryProvider)(nil)

func newDirectoryProvider(params map[string]string, o ProviderOptions) (Provider, error) {
	allowed, err := newAllowedPaths(params[allowedPathsParam])
	if err != nil {
		return nil, err
	}
	return &directoryProvider{allowed: allowed, log: o.Log}, nil
}

// Get implements Provider. Keys that are no regular files are left out.
func (p *directoryProvider) Get(path string, keys []string) (Data, error) {
	d := Data{Values: map[string]string{}}
	if path == "" {
		return d, nil
	}
	dir, err := p.allowed.resolve(path)
	if errors.Is(err, errNotAllowed) {
		p.log.Warn("the path is not allowed to be accessed, its variables stay as they are", "path", path)
		return d, nil
	}
	info, statErr := os.Stat(dir)
	if err != nil || statErr != nil || !info.IsDir() {
		p.log.Warn("the path is not a directory, its variables stay as they are", "path", path)
		return d, nil
	}
	for _, k := range keys {
		// A key is the name of a file, never a way to one.
		if k == "" || k == "." || k == ".." || k != filepath.Base(k) {
			continue
		}
		file := filepath.Join(path, k)
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		text, err := p.read(file)
		if errors.Is(err, errNotAllowed) {
			p.log.Warn("the file is not allowed to be accessed, its variable stays as it is", "path", file)
			continue
		}
		if err != nil {
			p.log.Error("file cannot be read", "path", file, "err", err)
			return Data{}, NewException("", "Could not read file "+file+" for property "+k)
		}
		d.Values[k] = text
	}
	return d, nil
}

func (p *directoryProvider) read(file string) (string, error) {
	f, err := p.allowed.open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	b, err := readSmall(f)
	if err == nil && !utf8.Valid(b) {
		err = errors.New("the content is not valid UTF-8")
	}
	return string(b), err
}
