package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// demonstration is what --demo runs beside the workers.
type demonstration interface {
	// start creates its topics and connectors, and starts what writes.
	start(ctx context.Context, g *playground) error
	// hints are commands to try.
	hints(url, dir string) string
	// notes are lines below the live view.
	notes(ctx context.Context) []string
	// stop ends what writes. Its error is that it could not be written.
	stop() error
	// close ends the rest, once the workers have ended.
	close() error
}

// The kinds of demonstrations.
const (
	filesDemo = "files"
	cdcDemo   = "cdc"
)

// prepare makes the demonstration that the flags ask for, and returns the arguments that are files: a word may follow
// --demo, as if behind its equals sign.
func (g *playground) prepare(ctx context.Context, f *devFlags, args []string) (files []string, err error) {
	kind := f.demo
	if kind == filesDemo && len(args) > 0 && (args[0] == cdcDemo || args[0] == filesDemo) {
		kind, args = args[0], args[1:]
	}
	if f.postgres != "" && kind != cdcDemo {
		return args, errors.New("--postgres is the database of --demo cdc")
	}
	switch kind {
	case "":
	case filesDemo:
		g.demo = &fileDemo{}
	case cdcDemo:
		var d *capture
		d, err = newCapture(ctx, g, f.postgres)
		g.demo = d
	default:
		err = fmt.Errorf("--demo %s: files and cdc are known", kind)
	}
	return args, err
}

// Names of the demonstration of files.
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

func (*fileDemo) hints(url, dir string) string {
	return fmt.Sprintf("  curl -X PUT '%sconnectors/demo-load-source/pause'\n"+
		"  curl -X PATCH -H 'Content-Type: application/json' -d '{\"rate\":\"0\"}' '%sconnectors/demo-load-source/config'   # as fast as it goes\n"+
		"  echo hello >> '%s'; tail -3 '%s'\n",
		url, url, filepath.Join(dir, "in.txt"), filepath.Join(dir, "out.txt"))
}

// fileDemo is the demonstration of files.
type fileDemo struct {
	cancel context.CancelFunc // nil: nothing is written
	done   chan error
}

func (d *fileDemo) start(ctx context.Context, g *playground) error {
	for topic, config := range map[string]map[string]string{demoLines: nil, demoLoad: {"retention.bytes": loadKept, "segment.bytes": loadSegment}} {
		if err := g.broker.EnsureTopic(topic, 1, config); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(filepath.Join(g.dir, "in.txt"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	writing, cancel := context.WithCancel(ctx)
	d.cancel, d.done = cancel, make(chan error, 1)
	go func() { d.done <- errors.Join(writeLines(writing, f), f.Close()) }()
	for _, c := range demoConnectors(g.dir) {
		c.config["name"] = c.name
		if err := g.crew.create(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

func (*fileDemo) notes(context.Context) []string { return nil }

func (d *fileDemo) stop() error {
	if d.cancel == nil {
		return nil
	}
	d.cancel()
	return <-d.done
}

func (*fileDemo) close() error { return nil }

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
