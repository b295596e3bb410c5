package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Names of the demonstration.
const (
	demoLines = "demo-lines" // topic between the files
	demoLoad  = "demo-load"  // topic of generated records
)

// The demonstration's writer appends linesEach lines every writeEvery.
const (
	writeEvery = 200 * time.Millisecond
	linesEach  = 20
)

// loadRate is how many records a second are generated; loadKept bounds the bytes that the broker keeps of them,
// in segments of loadSegment, which it holds in memory as a whole.
const (
	loadRate    = "50000"
	loadKept    = "33554432"
	loadSegment = "8388608"
)

// demoConnectors are the connectors of the demonstration: a file that grows, copied through a topic into another
// file, and generated records, written as JSON to a topic and read again by a sink that drops them.
func demoConnectors(dir string) []*connectorFile {
	const text = "org.apache.kafka.connect.storage.StringConverter"
	return []*connectorFile{
		{name: "demo-file-source", config: map[string]string{
			"connector.class": "FileStreamSource", "file": filepath.Join(dir, "in.txt"), "topic": demoLines, "value.converter": text,
		}},
		{name: "demo-file-sink", config: map[string]string{
			"connector.class": "FileStreamSink", "file": filepath.Join(dir, "out.txt"), "topics": demoLines, "value.converter": text,
		}},
		{name: "demo-load-source", config: map[string]string{
			"connector.class": "io.millrace.connect.datagen.DatagenSourceConnector", "topic": demoLoad, "schema": "orders", "rate": loadRate,
		}},
		{name: "demo-load-sink", config: map[string]string{
			"connector.class": "io.millrace.connect.blackhole.BlackholeSinkConnector", "topics": demoLoad,
		}},
	}
}

func demoHints(url, dir string) string {
	return fmt.Sprintf("  curl -X PUT '%sconnectors/demo-load-source/pause'\n"+
		"  curl -X PATCH -H 'Content-Type: application/json' -d '{\"rate\":\"0\"}' '%sconnectors/demo-load-source/config'   # as fast as it goes\n"+
		"  echo hello >> '%s'; tail -3 '%s'\n",
		url, url, filepath.Join(dir, "in.txt"), filepath.Join(dir, "out.txt"))
}

// demo is the writer of the file that grows.
type demo struct {
	cancel context.CancelFunc
	done   chan error
}

// startDemo creates the demonstration's topics and connectors, and starts the writer.
func startDemo(ctx context.Context, g *playground) (*demo, error) {
	for topic, config := range map[string]map[string]string{demoLines: nil, demoLoad: {"retention.bytes": loadKept, "segment.bytes": loadSegment}} {
		if err := g.broker.EnsureTopic(topic, 1, config); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(filepath.Join(g.dir, "in.txt"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	d := &demo{cancel: cancel, done: make(chan error, 1)}
	go func() { d.done <- errors.Join(writeLines(ctx, f), f.Close()) }()
	for _, c := range demoConnectors(g.dir) {
		c.config["name"] = c.name
		if err := g.crew.create(ctx, c); err != nil {
			return d, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return d, nil
}

// stop ends the writer. Its error is that the file could not be written.
func (d *demo) stop() error {
	d.cancel()
	return <-d.done
}

func writeLines(ctx context.Context, f *os.File) error {
	tick := time.NewTicker(writeEvery)
	defer tick.Stop()
	for n := 1; ; {
		var text []byte
		for range linesEach {
			text = fmt.Appendf(text, "%s line %d of the demonstration\n", time.Now().UTC().Format(time.RFC3339Nano), n)
			n++
		}
		if _, err := f.Write(text); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
