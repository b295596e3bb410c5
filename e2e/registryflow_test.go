//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// schemaFormats are the converters that keep schemas in a registry.
var schemaFormats = []struct{ name, converter string }{
	{"avro", "io.confluent.connect.avro.AvroConverter"},
	{"protobuf", "io.confluent.connect.protobuf.ProtobufConverter"},
	{"jsonschema", "io.confluent.connect.json.JsonSchemaConverter"},
}

// schemaVersion is what a source sends after what came before: each registers one more version of the topic's schema.
type schemaVersion struct {
	what   string
	fields string             // of datagen; %d is the first id
	line   func(n int) string // what the file says of record n of all
	source registryFault      // that the source meets
	sink   registryFault      // that the sink meets
}

// schemaVersions are a schema and its changes, each under other faults. All are compatible with the one before: a new field is
// optional, an integer becomes wider, a field goes.
var schemaVersions = []schemaVersion{
	{"first", `shop.Order(id int64 = sequence(%d), qty int32 = sequence(%[1]d), gone string = pattern("g"))`,
		func(n int) string { return fmt.Sprintf("Struct{id=%d,qty=%d,gone=g}", n, n) }, noFault, answersBusy},
	{"a field added", `shop.Order(id int64 = sequence(%d), qty int32 = sequence(%[1]d), gone string = pattern("g"), note string? = oneof(new))`,
		func(n int) string { return fmt.Sprintf("Struct{id=%d,qty=%d,gone=g,note=new}", n, n) }, answersBroken, answersNever},
	{"a field widened", `shop.Order(id int64 = sequence(%d), qty int64 = sequence(%[1]d), gone string = pattern("g"), note string? = oneof(new))`,
		func(n int) string { return fmt.Sprintf("Struct{id=%d,qty=%d,gone=g,note=new}", n, n) }, answersBusy, isAway},
	{"a field removed", `shop.Order(id int64 = sequence(%d), qty int64 = sequence(%[1]d), note string? = oneof(new))`,
		func(n int) string { return fmt.Sprintf("Struct{id=%d,qty=%d,note=new}", n, n) }, isAway, answersBroken},
	{"the same, slowly", `shop.Order(id int64 = sequence(%d), qty int64 = sequence(%[1]d), note string? = oneof(newer))`,
		func(n int) string { return fmt.Sprintf("Struct{id=%d,qty=%d,note=newer}", n, n) }, answersNever, noFault},
}

// registryMax is how long a step may take.
const registryMax = 2 * time.Minute

var (
	devREST  = regexp.MustCompile(`REST    http://([^/\s]+)`)
	devKafka = regexp.MustCompile(`Kafka   (\S+)`)
)

// outlast sends records of changing schemas through a topic into a file while the registry fails, and wants each of them there, in order
// and once, none of them in the dead letter queue, and no task ended. Each fault lasts at least that long.
func outlast(t *testing.T, dev *harness.Process, registry, format, converter string, records int, least time.Duration) {
	t.Helper()
	kafka := harness.NewKafka(t, devKafka.FindStringSubmatch(dev.Output())[1])
	w := &harness.Worker{Process: dev, Side: harness.Millrace, Address: devREST.FindStringSubmatch(dev.Output())[1]}
	topic, out := harness.Unique(t, format), filepath.Join(t.TempDir(), "out.txt")
	dead := topic + "-dead"
	kafka.CreateTopic(topic, 1, nil)
	patient := func(front *registryFront) harness.Properties {
		return harness.Properties{
			"tasks.max": "1", "key.converter": "org.apache.kafka.connect.storage.StringConverter",
			"errors.tolerance": "all", "errors.retry.timeout": "-1", "errors.retry.delay.max.ms": "300",
			"value.converter": converter, "value.converter.schema.registry.url": front.URL,
			"value.converter.max.retries": "1", "value.converter.retries.wait.ms": "20", "value.converter.http.read.timeout.ms": "500",
		}
	}
	before, behind := newRegistryFront(t, registry), newRegistryFront(t, registry)
	w.Create(t, topic+"-sink", patient(behind).With(harness.Properties{
		"connector.class": "FileStreamSink", "topics": topic, "file": out,
		"errors.deadletterqueue.topic.name": dead, "errors.deadletterqueue.topic.replication.factor": "1",
	}))
	w.WaitState(t, topic+"-sink", "RUNNING", 1)
	var want bytes.Buffer
	for i, v := range schemaVersions {
		first := i * records
		before.fail(v.source)
		behind.fail(v.sink)
		source := fmt.Sprintf("%s-source-%d", topic, i)
		w.Create(t, source, patient(before).With(harness.Properties{
			"connector.class": "datagen", "topic": topic, "schema": fmt.Sprintf(v.fields, first), "records": fmt.Sprint(records),
		}))
		before.healWhenHit(t, "the source of "+v.what, least)
		kafka.WaitCount(topic, int64(first+records), registryMax)
		behind.healWhenHit(t, "the sink of "+v.what, least)
		for n := first; n < first+records; n++ {
			want.WriteString(v.line(n) + "\n")
		}
		size := int64(want.Len())
		harness.Eventually(t, registryMax, "the records of "+v.what+" are in the file", func(context.Context) (bool, error) {
			s, err := os.Stat(out)
			if err != nil {
				return false, err
			}
			return s.Size() >= size, fmt.Errorf("%d of %d bytes", s.Size(), size)
		})
		w.WaitState(t, topic+"-sink", "RUNNING", 1)
		w.WaitState(t, source, "RUNNING", 1)
		if status, answer := w.Do(t, http.MethodDelete, "/connectors/"+source, ""); status/100 != 2 {
			t.Fatalf("delete %s: %d %s", source, status, answer)
		}
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("the file holds %d lines that begin with %.300q and end with %.300q", bytes.Count(got, []byte{'\n'}), got, got[max(len(got)-300, 0):])
	}
	if n, err := kafka.Count(t.Context(), dead); err != nil || n != 0 {
		t.Errorf("%d dead letters, %v", n, err)
	}
	if status, answer := w.Do(t, http.MethodDelete, "/connectors/"+topic+"-sink", ""); status/100 != 2 {
		t.Errorf("delete the sink: %d %s", status, answer)
	}
}
