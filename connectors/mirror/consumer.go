package mirror

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

// consumerDef is the keys of consumers that count without a group. Source: ConsumerConfig; auto.offset.reset has the mirror's default.
func consumerDef() *config.Def {
	d := config.NewDef()
	for _, k := range []config.Key{
		{Name: "auto.offset.reset", Type: config.String, Default: "earliest"},
		{Name: "fetch.min.bytes", Type: config.Int, Default: 1, Validator: config.AtLeast(0)},
		{Name: "fetch.max.bytes", Type: config.Int, Default: 50 << 20, Validator: config.AtLeast(0)},
		{Name: "fetch.max.wait.ms", Type: config.Int, Default: 500, Validator: config.AtLeast(0)},
		{Name: "max.partition.fetch.bytes", Type: config.Int, Default: 1 << 20, Validator: config.AtLeast(0)},
		{Name: "max.poll.records", Type: config.Int, Default: pollRowsMax, Validator: config.AtLeast(1)},
		{Name: "client.rack", Type: config.String, Default: ""},
		{Name: "isolation.level", Type: config.String, Default: "read_uncommitted", Validator: config.In("read_committed", "read_uncommitted")},
		{Name: "check.crcs", Type: config.Boolean, Default: true},
		{Name: "allow.auto.create.topics", Type: config.Boolean, Default: true},
	} {
		d.Define(k)
	}
	return d
}

// Bounds that the client library sets, and of what one fetched wire batch may unpack to.
const (
	fetchWaitMin  = 10 * time.Millisecond
	readBytesMax  = 100 << 20
	readBytesMost = 1 << 30
	expandedMax   = 64 << 20
)

// pollRowsMax bounds the records of a poll where max.poll.records does not. Java's 500 is as much as its heap likes.
const pollRowsMax = 16384

// consumerOptions returns the client options that Java consumer properties stand for, where reading begins without an offset,
// and how many records a poll may take.
//
// Errors: *config.ConfigException.
func consumerOptions(props map[string]string) (opts []kgo.Opt, start kgo.Offset, rows int, err error) {
	v, err := consumerDef().Parse(props)
	if err != nil {
		return nil, start, 0, err
	}
	switch s := v.String("auto.offset.reset"); s {
	case "earliest":
		start = kgo.NewOffset().AtStart()
	case "latest":
		start = kgo.NewOffset().AtEnd()
	case "none":
		start = kgo.NoResetOffset()
	default:
		return nil, start, 0, config.InvalidValue("auto.offset.reset", s, "earliest, latest and none work for mirrors")
	}
	bytes := max(v.Int32("fetch.max.bytes"), 1)
	opts = []kgo.Opt{
		kgo.ConsumeResetOffset(start),
		kgo.FetchMinBytes(v.Int32("fetch.min.bytes")),
		kgo.FetchMaxWait(max(time.Duration(v.Int32("fetch.max.wait.ms"))*time.Millisecond, fetchWaitMin)),
		kgo.FetchMaxBytes(min(bytes, readBytesMost)),
		kgo.BrokerMaxReadBytes(min(max(bytes, readBytesMax), readBytesMost)),
		kgo.FetchMaxPartitionBytes(max(v.Int32("max.partition.fetch.bytes"), 1)),
		kgo.MaxDecompressBatchBytes(expandedMax),
	}
	if rack := v.String("client.rack"); rack != "" {
		opts = append(opts, kgo.Rack(rack))
	}
	if v.String("isolation.level") == "read_committed" {
		opts = append(opts, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	if !v.Bool("check.crcs") {
		opts = append(opts, kgo.DisableFetchCRCValidation())
	}
	if v.Bool("allow.auto.create.topics") {
		opts = append(opts, kgo.AllowAutoTopicCreation())
	}
	return opts, start, int(v.Int32("max.poll.records")), nil
}
