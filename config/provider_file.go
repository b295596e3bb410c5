package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// fileProvider gives the entries of properties files in UTF-8. A path that is not allowed has no
// entries; a file that cannot be read is an error. Files are read at every Get.
// Source: FileConfigProvider.
type fileProvider struct {
	allowed *allowedPaths
	log     *slog.Logger
}

var _ Provider = (*fileProvider)(nil)

func newFileProvider(params map[string]string, o ProviderOptions) (Provider, error) {
	allowed, err := newAllowedPaths(params[allowedPathsParam])
	if err != nil {
		return nil, err
	}
	return &fileProvider{allowed: allowed, log: o.Log}, nil
}

// Get implements Provider.
func (p *fileProvider) Get(path string, keys []string) (Data, error) {
	d := Data{Values: map[string]string{}}
	if path == "" {
		return d, nil
	}
	f, err := p.allowed.open(path)
	if errors.Is(err, errNotAllowed) {
		p.log.Warn("the path is not allowed to be accessed, its variables stay as they are", "path", path)
		return d, nil
	}
	if err != nil {
		p.log.Error("properties cannot be read", "path", path, "err", err)
		return d, NewException("", "Could not read properties from file "+path)
	}
	defer func() { _ = f.Close() }()
	text, err := readSmall(f)
	if err != nil {
		p.log.Error("properties cannot be read", "path", path, "err", err)
		return d, NewException("", "Could not read properties from file "+path)
	}
	props, err := ParsePropertiesUTF8(bytes.NewReader(text))
	if err != nil {
		p.log.Error("properties cannot be read", "path", path, "err", err)
		return d, NewException("", "Could not read properties from file "+path)
	}
	for _, k := range keys {
		if v, ok := props.Get(k); ok {
			d.Values[k] = v
		}
	}
	return d, nil
}

// fileBytesMax is how much a provider reads of a file: callers of the REST API name files, and may name devices.
const fileBytesMax = 16 << 20

// readSmall reads up to fileBytesMax.
func readSmall(f io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(f, fileBytesMax+1))
	if err == nil && len(text) > fileBytesMax {
		err = fmt.Errorf("it has more than %d bytes", fileBytesMax)
	}
	return text, err
}
