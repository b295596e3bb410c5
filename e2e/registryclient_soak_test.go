//go:build soak

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// clientRecords are how many records a client of other people's making reads, and writes.
const clientRecords = 1_000

// TestRegistry_OtherClients: records that a source writes with a schema in a published registry are what Confluent's client for Python reads, and
// what that writes reaches a file through a sink.
func TestRegistry_OtherClients(t *testing.T) {
	python, err := harness.Python(filepath.Join("testdata", "registry", "requirements.txt"))
	harness.Need(t, err, "records beside a client of other people's making")
	registry := suite.StartApicurio(t, "records whose schemas are in a published registry")
	if got := registryAnswer(t, registry, http.MethodPut, "/config", `{"compatibility":"BACKWARD"}`, "compatibility"); got != "200 compatibility=BACKWARD" {
		t.Fatal(got)
	}
	broker := suite.SharedBroker(t, "records beside a client of other people's making")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	w := suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Properties: harness.Properties{
		"bootstrap.servers": broker.Bootstrap, "offset.storage.file.filename": "offsets", "offset.flush.interval.ms": "500",
		"key.converter": "org.apache.kafka.connect.storage.StringConverter", "value.converter": "org.apache.kafka.connect.storage.StringConverter",
	}})
	w.StartReady(t)
	client := func(t *testing.T, way, format, topic string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "registry", "client.py"), way, format, broker.Bootstrap, registry, topic, fmt.Sprint(clientRecords))
		var log bytes.Buffer
		cmd.Stderr = &log
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("the client that should %s: %v\n%.3000s", way, err, log.String())
		}
		return out
	}
	for _, f := range schemaFormats {
		read := func(t *testing.T) {
			topic := harness.Unique(t, f.name+"-ours")
			kafka.CreateTopic(topic, 1, nil)
			w.Create(t, topic, harness.Properties{
				"connector.class": "datagen", "topic": topic, "records": fmt.Sprint(clientRecords), "value.converter": f.converter, "value.converter.schema.registry.url": registry,
				"schema": `shop.Order(id int64 = sequence(10000000000), qty int32 = sequence(0), note string? = oneof(new), price float64 = oneof(2.5), paid boolean = oneof(true))`,
			})
			kafka.WaitCount(topic, clientRecords, registryMax)
			i := 0
			for line := range bytes.Lines(client(t, "read", f.name, topic)) {
				var got struct {
					ID, Qty int64
					Note    string
					Price   float64
					Paid    bool
				}
				if err := json.Unmarshal(line, &got); err != nil || got.ID != 10_000_000_000+int64(i) || got.Qty != int64(i) || got.Note != "new" || got.Price != 2.5 || !got.Paid {
					t.Fatalf("record %d is read as %s: %v", i, line, err)
				}
				i++
			}
			if i != clientRecords {
				t.Errorf("%d records were read", i)
			}
		}
		// Of Protobuf the client asks for a schema's binary form (format=serialized), which Apicurio has not; what we write
		// as Protobuf is read by TestSecondReaders.
		if f.name != "protobuf" {
			t.Run(f.name+"/read", read)
		}
		t.Run(f.name+"/write", func(t *testing.T) {
			topic, out := harness.Unique(t, f.name+"-theirs"), filepath.Join(t.TempDir(), "out.txt")
			kafka.CreateTopic(topic, 1, nil)
			client(t, "write", f.name, topic)
			w.Create(t, topic, harness.Properties{
				"connector.class": "FileStreamSink", "topics": topic, "file": out, "value.converter": f.converter, "value.converter.schema.registry.url": registry,
			})
			var want bytes.Buffer
			for i := range clientRecords {
				note := ""
				if i%3 != 0 {
					note = fmt.Sprintf(",note=Grüße %d", i)
				}
				fmt.Fprintf(&want, "Struct{id=%d,qty=%d%s}\n", int64(i)*10_000_000_000, i, note)
			}
			harness.Eventually(t, registryMax, "the client's records are in the file", func(context.Context) (bool, error) {
				s, err := os.Stat(out)
				if err != nil {
					return false, err
				}
				return s.Size() >= int64(want.Len()), fmt.Errorf("%d of %d bytes", s.Size(), want.Len())
			})
			got, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want.Bytes()) {
				t.Errorf("the file begins with %.300q and ends with %.300q", got, got[max(len(got)-300, 0):])
			}
		})
	}
	w.Stop(t)
}
