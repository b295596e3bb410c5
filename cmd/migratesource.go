package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/internal/kafka"
)

const (
	restAskMax   = time.Minute // for a worker's answer
	restBytesMax = 256 << 20
	topicReadMax = 5 * time.Minute
)

// connectorConfigs reads the configs of connectors from where the flags say, and says where that was.
func (w *foreignWorker) connectorConfigs(ctx context.Context, f *migrateFlags) (configs map[string]map[string]string, source string, err error) {
	switch {
	case f.connectors != "":
		configs, err = folderConfigs(f.connectors)
		return configs, f.connectors, err
	case f.rest != "":
		configs, source, err = restConfigs(ctx, f.rest)
		return configs, source, err
	}
	topic := strings.TrimSpace(w.props[configTopicKey])
	if topic == "" {
		return nil, "", fmt.Errorf("the worker file names no %s, as files of standalone workers do not: say where connectors are with --connectors or --rest", configTopicKey)
	}
	configs, err = topicConfigs(ctx, w.props, w.clients, slog.New(slog.DiscardHandler))
	return configs, "topic " + topic, err
}

const configTopicKey = "config.storage.topic"

// folderConfigs reads all connector files of a folder.
func folderConfigs(dir string) (map[string]map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	configs := map[string]map[string]string{}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		c, err := readConnectorFile(path)
		if err != nil {
			return nil, err
		}
		if _, twice := configs[c.name]; twice {
			return nil, fmt.Errorf("%s: another file of the folder has a connector %q too", path, c.name)
		}
		configs[c.name] = c.config
	}
	return configs, nil
}

// restConfigs asks a worker, and returns the address without a password.
func restConfigs(ctx context.Context, address string) (configs map[string]map[string]string, source string, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, "", fmt.Errorf("--rest %q: want the URL of a worker, as in http://localhost:8083", address)
	}
	source = u.Redacted()
	u = u.JoinPath("connectors")
	u.RawQuery = "expand=info"
	ctx, cancel := context.WithTimeout(ctx, restAskMax)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, source, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, source, err
	}
	defer resp.Body.Close() //nolint:errcheck // it is read, or of no use any more
	body, err := io.ReadAll(io.LimitReader(resp.Body, restBytesMax))
	if err != nil {
		return nil, source, fmt.Errorf("%s: %w", source, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, source, fmt.Errorf("%s: answers %s: %.200s", source, resp.Status, body)
	}
	var all map[string]struct {
		Info *struct {
			Config map[string]string `json:"config"`
		} `json:"info"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, source, fmt.Errorf("%s: no answer of a Connect worker to GET /connectors?expand=info: %w", source, err)
	}
	configs = map[string]map[string]string{}
	for name, c := range all {
		if c.Info == nil {
			return nil, source, fmt.Errorf("%s: connector %q has no info in the answer", source, name)
		}
		configs[name] = c.Info.Config
	}
	return configs, source, nil
}

// errNoTopic says that the config topic is not there.
var errNoTopic = errors.New("the topic does not exist")

// topicConfigs reads the config topic that worker properties name. It does not make one.
//
// Errors: errNoTopic among them.
func topicConfigs(ctx context.Context, props map[string]string, clients kafka.Clients, log *slog.Logger) (map[string]map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, topicReadMax)
	defer cancel()
	topic := strings.TrimSpace(props[configTopicKey])
	cl, err := clients.New(props)
	if err != nil {
		return nil, err
	}
	known, err := kadm.NewClient(cl).ListTopics(ctx, topic)
	cl.Close()
	switch {
	case err != nil:
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	case !known.Has(topic):
		return nil, fmt.Errorf("topic %s: %w", topic, errNoTopic)
	}
	s, err := store.NewConfigStore(store.Options{Properties: props, NewClient: clients.New, Logger: log}, func([]store.ConfigChange) {})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.Start(ctx); err != nil {
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	}
	return configsIn(s), nil
}

// configsIn returns the configs of all connectors as they were read last.
func configsIn(s *store.ConfigStore) map[string]map[string]string {
	configs := map[string]map[string]string{}
	now := s.Configs()
	for _, name := range now.Connectors() {
		configs[name] = now.Config(name)
	}
	return configs
}
