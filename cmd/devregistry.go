package cmd

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/millrace/millrace/internal/registry"
)

// registryPort is Confluent's.
const registryPort = 8081

// devRegistry is a Schema Registry inside the process, on loopback.
type devRegistry struct {
	url    string
	store  *registry.Store
	server *http.Server
	ended  chan error
}

// startRegistry serves the schemas of a file, or of memory where path is empty, at the given port if that is free.
func startRegistry(ctx context.Context, path string, port int, formats []registry.Kind, log *slog.Logger) (*devRegistry, error) {
	r := &devRegistry{store: registry.New(formats...), ended: make(chan error, 1)}
	if path != "" {
		var err error
		if r.store, err = registry.Open(path, formats...); err != nil {
			return nil, err
		}
	}
	port, err := freePort(ctx, port)
	var lc net.ListenConfig
	var l net.Listener
	if err == nil {
		l, err = lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	}
	if err != nil {
		return nil, errors.Join(err, r.store.Close())
	}
	r.url = "http://" + l.Addr().String()
	r.server = &http.Server{
		Handler: r.store.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	go func() { r.ended <- r.server.Serve(l) }()
	return r, nil
}

// close ends the server. Requests under way are cut: what they changed is on disk when they are answered.
func (r *devRegistry) close() error {
	err := r.server.Close()
	if served := <-r.ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, r.store.Close())
}

// registryFile is where the schemas of a kept folder are.
func (g *playground) registryFile() string {
	if !g.kept {
		return ""
	}
	return filepath.Join(g.dir, "schemas.jsonl")
}
