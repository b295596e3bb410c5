//go:build bench || soak

package bench

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

var (
	suite    = &harness.Suite{}
	perPass  = flag.Int("records", 1_000_000, "records of one pass of the original's worker, and of a point of a curve")
	jsonFile = flag.String("results", "", "file of results (lines of JSON) that the run is added to")
)

func TestMain(m *testing.M) { os.Exit(suite.Main(m)) }

// progress says what is being measured: a run takes minutes.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// datagen is a source of generated records.
const datagen = "io.millrace.connect.datagen.DatagenSourceConnector"

// lab is a broker and the topics that were filled on it, for whole workers.
type lab struct {
	broker *harness.Broker
	kafka  *harness.Kafka
	filled map[string]bool
}

func newLab(t *testing.T, checks string) *lab {
	t.Helper()
	broker := suite.SharedBroker(t, checks)
	return &lab{broker: broker, kafka: harness.NewKafka(t, broker.Bootstrap), filled: map[string]bool{}}
}

// input is a topic that sinks read.
type input struct {
	topic      string
	lines      [][]byte // values, again and again
	records    int
	partitions int
	codec      kgo.CompressionCodec
}

// fill writes the topic, once: batches of up to a megabyte, in all partitions alike.
func (l *lab) fill(t testing.TB, in input) {
	t.Helper()
	if l.filled[in.topic] {
		return
	}
	l.filled[in.topic] = true
	progress("fill %s with %d records", in.topic, in.records)
	l.kafka.CreateTopic(in.topic, int32(in.partitions), map[string]string{"max.message.bytes": "4194304"})
	client, err := kgo.NewClient(kgo.SeedBrokers(l.broker.Bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(3<<20),
		kgo.ProducerLinger(5*time.Millisecond), kgo.ProducerBatchCompression(in.codec))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const together = 8192
	for n := 0; n < in.records; n += together {
		var batch []*kgo.Record
		for k := n; k < min(n+together, in.records); k++ {
			batch = append(batch, &kgo.Record{Topic: in.topic, Partition: int32(k * in.partitions / in.records), Value: in.lines[k%len(in.lines)]})
		}
		if err := client.ProduceSync(context.Background(), batch...).FirstErr(); err != nil {
			t.Fatalf("fill %s: %v", in.topic, err)
		}
	}
}

// properties are those of every worker.
func (l *lab) properties() harness.Properties {
	return harness.Properties{
		"bootstrap.servers":              l.broker.Bootstrap,
		"key.converter":                  "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":                "org.apache.kafka.connect.json.JsonConverter",
		"value.converter.schemas.enable": "false",
		"offset.storage.file.filename":   "offsets",
		"offset.flush.interval.ms":       "100",
	}
}
