package store

import (
	"math"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

// Whether a reader sees records of transactions that are not committed.
const (
	isolationLevel = "isolation.level"
	readCommitted  = "read_committed"
)

// Bounds that the client library sets; values outside are moved to them.
const (
	batchBytesMin = 512
	writeBytesMin = 100 << 20
	readBytesMax  = 1 << 30
	lingerMax     = time.Minute
	fetchWaitMin  = 10 * time.Millisecond
	decompressMax = 64 << 20 // one fetched wire batch, against hostile data
)

// clientDef are the keys of Java's clients that the internal topics' clients read beside those that every
// client has: a worker's plain properties reach them all. Java forces acks=all, one request at a time, no
// idempotence, no limit of the time that a record may take, reading from the start, no commits.
// Source: ProducerConfig, ConsumerConfig, AdminClientConfig.
func clientDef() *config.Def {
	d := config.NewDef()
	for _, k := range []config.Key{
		// Java's default is 5, which every write that is waited for would pay: with it three task configs and
		// their commit take 15 ms, without it 1.5.
		{Name: "linger.ms", Type: config.Long, Default: 0, Validator: config.AtLeast(0)},
		{Name: "max.request.size", Type: config.Int, Default: 1 << 20, Validator: config.AtLeast(0)},
		{Name: "compression.type", Type: config.String, Default: "none", Validator: config.In("none", "gzip", "snappy", "lz4", "zstd")},
		{Name: "fetch.max.bytes", Type: config.Int, Default: 50 << 20, Validator: config.AtLeast(0)},
		{Name: "max.partition.fetch.bytes", Type: config.Int, Default: 1 << 20, Validator: config.AtLeast(0)},
		{Name: "fetch.min.bytes", Type: config.Int, Default: 1, Validator: config.AtLeast(0)},
		{Name: "fetch.max.wait.ms", Type: config.Int, Default: 500, Validator: config.AtLeast(0)},
		{Name: "check.crcs", Type: config.Boolean, Default: true},
		{Name: "client.rack", Type: config.String, Default: ""},
		{Name: isolationLevel, Type: config.String, Default: "read_uncommitted", Validator: config.In(readCommitted, "read_uncommitted")},
		{Name: "default.api.timeout.ms", Type: config.Int, Default: 60_000, Validator: config.AtLeast(0)},
		{Name: "retry.backoff.ms", Type: config.Long, Default: 100, Validator: config.AtLeast(0)},
		{Name: "allow.auto.create.topics", Type: config.Boolean, Default: true},
		{Name: "partitioner.class", Type: config.String, Default: nil, Validator: noPartitioner},
		{Name: "partitioner.ignore.keys", Type: config.Boolean, Default: false},
	} {
		d.Define(k)
	}
	return d
}

// noPartitioner refuses what would put records elsewhere than where Java's workers look for them.
var noPartitioner = config.Lambda(func(name string, value any) error {
	if class, _ := value.(string); class != "" {
		return config.NewException(name, name+": Java's class "+class+" cannot be loaded here; remove the key")
	}
	return nil
}, "")

// writerOptions are those of who writes without transactions: a right that every worker has.
func writerOptions(props map[string]string) ([]kgo.Opt, error) {
	opts, err := producerOptions(props)
	return append(opts,
		kgo.DisableIdempotentWrite(), // as in Java
		kgo.MaxProduceRequestsInflightPerBroker(1)), err
}

func producerOptions(props map[string]string) ([]kgo.Opt, error) {
	v, err := clientDef().Parse(props)
	if err != nil {
		return nil, err
	}
	size := max(v.Int32("max.request.size"), batchBytesMin)
	partitioner := kgo.StickyKeyPartitioner(nil) // murmur2 of the key, as in Java
	if v.Bool("partitioner.ignore.keys") {
		partitioner = kgo.StickyPartitioner()
	}
	return []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordRetries(math.MaxInt32),
		kgo.UnknownTopicRetries(-1),
		kgo.RecordPartitioner(partitioner),
		kgo.ProducerBatchMaxBytes(min(size, readBytesMax)),
		kgo.BrokerMaxWriteBytes(min(max(size, writeBytesMin), readBytesMax)),
		kgo.ProducerLinger(time.Duration(min(v.Int64("linger.ms"), lingerMax.Milliseconds())) * time.Millisecond),
		kgo.ProducerBatchCompression(codec(v.String("compression.type"))),
	}, nil
}

func codec(name string) kgo.CompressionCodec {
	switch name {
	case "gzip":
		return kgo.GzipCompression()
	case "snappy":
		return kgo.SnappyCompression()
	case "lz4":
		return kgo.Lz4Compression()
	case "zstd":
		return kgo.ZstdCompression()
	}
	return kgo.NoCompression()
}

func readerOptions(props map[string]string) ([]kgo.Opt, error) {
	v, err := clientDef().Parse(props)
	if err != nil {
		return nil, err
	}
	bytes := max(v.Int32("fetch.max.bytes"), 1)
	opts := []kgo.Opt{
		kgo.KeepControlRecords(), // they take offsets
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMinBytes(max(v.Int32("fetch.min.bytes"), 1)),
		kgo.FetchMaxWait(max(time.Duration(v.Int32("fetch.max.wait.ms"))*time.Millisecond, fetchWaitMin)),
		kgo.FetchMaxBytes(min(bytes, readBytesMax)),
		kgo.BrokerMaxReadBytes(min(max(bytes, writeBytesMin), readBytesMax)),
		kgo.FetchMaxPartitionBytes(max(v.Int32("max.partition.fetch.bytes"), 1)),
		kgo.MaxDecompressBatchBytes(decompressMax),
	}
	if rack := strings.TrimSpace(v.String("client.rack")); rack != "" {
		opts = append(opts, kgo.Rack(rack))
	}
	if v.String(isolationLevel) == readCommitted {
		opts = append(opts, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	if !v.Bool("check.crcs") {
		opts = append(opts, kgo.DisableFetchCRCValidation())
	}
	return opts, nil
}

// committed reports whether only committed transactions are read.
func (l *Log) committed() bool {
	return strings.TrimSpace(l.readerProperties()[isolationLevel]) == readCommitted
}
