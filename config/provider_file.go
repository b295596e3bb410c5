package config

import (
	"errors"
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
	props, err := ParsePropertiesUTF8(f)
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
