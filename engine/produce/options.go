package produce

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Options returns the client options that Java producer properties stand for. Keys that every client
// has (addresses, security) are not among them.
//
// Records coalesce up to max.request.size: batch.size, Java's target, is a floor that costs a request
// per 16 KiB.
func Options(props map[string]string) ([]kgo.Opt, error) {
	p := reader{props: props}
	opts := []kgo.Opt{
		kgo.ProducerBatchMaxBytes(int32(p.num("max.request.size", 1<<20))),
		kgo.MaxBufferedBytes(int(p.num("buffer.memory", 32<<20))),
		kgo.MaxBufferedRecords(1 << 20),
		kgo.ProducerLinger(time.Duration(p.num("linger.ms", 5)) * time.Millisecond),
		kgo.ProduceRequestTimeout(time.Duration(p.num("request.timeout.ms", 30000)) * time.Millisecond),
	}
	if t := p.num("delivery.timeout.ms", 120000); t < 1<<31-1 {
		opts = append(opts, kgo.RecordDeliveryTimeout(time.Duration(t)*time.Millisecond))
	}
	if r := p.num("retries", 1<<31-1); r < 1<<31-1 {
		opts = append(opts, kgo.RecordRetries(int(r)))
	}
	opts = p.acks(opts)
	opts = p.compression(opts)
	return opts, p.err
}

type reader struct {
	props map[string]string
	err   error
}

func (p *reader) num(key string, def int64) int64 {
	s, ok := p.props[key]
	if !ok {
		return def
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("producer setting %q: %q is not a number", key, s)
	}
	return n
}

// acks adds what acks, enable.idempotence and max.in.flight.requests.per.connection stand for.
func (p *reader) acks(opts []kgo.Opt) []kgo.Opt {
	idempotent := !strings.EqualFold(p.props["enable.idempotence"], "false") && p.props["acks"] != "0" && p.props["acks"] != "1"
	if idempotent {
		return opts
	}
	opts = append(opts, kgo.DisableIdempotentWrite(),
		kgo.MaxProduceRequestsInflightPerBroker(int(p.num("max.in.flight.requests.per.connection", 5))))
	switch p.props["acks"] {
	case "0":
		return append(opts, kgo.RequiredAcks(kgo.NoAck()))
	case "1":
		return append(opts, kgo.RequiredAcks(kgo.LeaderAck()))
	}
	return append(opts, kgo.RequiredAcks(kgo.AllISRAcks()))
}

func (p *reader) compression(opts []kgo.Opt) []kgo.Opt {
	switch c := p.props["compression.type"]; c {
	case "", "none":
		return append(opts, kgo.ProducerBatchCompression(kgo.NoCompression()))
	case "gzip":
		return append(opts, kgo.ProducerBatchCompression(kgo.GzipCompression()))
	case "snappy":
		return append(opts, kgo.ProducerBatchCompression(kgo.SnappyCompression()))
	case "lz4":
		return append(opts, kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	case "zstd":
		return append(opts, kgo.ProducerBatchCompression(kgo.ZstdCompression()))
	default:
		if p.err == nil {
			p.err = fmt.Errorf("producer setting \"compression.type\": %q is none of none, gzip, snappy, lz4, zstd", c)
		}
		return opts
	}
}
