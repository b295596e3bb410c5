package produce

import (
	"math"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

// Bounds that the client library sets; values outside are moved to them.
const (
	batchBytesMin, batchBytesMax = 512, 1 << 30
	lingerMax                    = time.Minute
	deliveryMin                  = time.Second
	requestMin                   = 100 * time.Millisecond
	writeBytesMax                = 100 << 20
)

// Options returns the client options that Java producer properties stand for, the partitioner with
// them. Keys that every client has (addresses, security, backoff) are not among them.
//
// Wire batches grow to max.request.size: batch.size, at which Java sends, would cost a request per
// 16 KiB. It still says how many bytes without a key go to one partition before another one's turn.
// Those of Idle are checked and change nothing.
//
// Errors: a *config.ConfigException with Java's text, or the key that cannot work here.
// Source: ProducerConfig, KafkaProducer.
func Options(props map[string]string) ([]kgo.Opt, error) {
	v, err := definition().Parse(props)
	if err != nil {
		return nil, err
	}
	if err := refuse(v); err != nil {
		return nil, err
	}
	partitioner, err := partitionerOf(v)
	if err != nil {
		return nil, err
	}
	size := batchBytes(v)
	opts := []kgo.Opt{
		kgo.RecordPartitioner(partitioner),
		kgo.ProducerBatchMaxBytes(size),
		kgo.BrokerMaxWriteBytes(int32(clamp(int64(size)+1<<20, writeBytesMax, batchBytesMax))),
		kgo.MaxBufferedBytes(int(max(v.Int64("buffer.memory"), 1))),
		kgo.MaxBufferedRecords(1 << 20),
		kgo.ProducerLinger(lingerOf(v)),
		kgo.ProduceRequestTimeout(max(requestOf(v), requestMin)),
		kgo.RecordRetries(int(v.Int32("retries"))),
	}
	if _, err = delivery(v); err != nil {
		return nil, err
	}
	if opts, err = idempotence(v, opts); err != nil {
		return nil, err
	}
	return append(opts, kgo.ProducerBatchCompression(compression(v))), nil
}

// Idle returns the keys that change nothing: max.block.ms, as a source that Kafka does not keep up with
// waits, as with Java's own retries; metadata.max.idle.ms, as unused topics cost no memory worth
// forgetting; partitioner.availability.timeout.ms, as rows without key avoid partitions for which much waits.
func Idle() []string {
	return []string{"max.block.ms", "metadata.max.idle.ms", "partitioner.availability.timeout.ms"}
}

func clamp(n, least, most int64) int64 { return min(max(n, least), most) }

// refuse names what a Java producer does and this one cannot.
func refuse(v *config.Values) error {
	for _, key := range []string{"key.serializer", "value.serializer"} {
		if c := v.String(key); c != byteArraySerializer {
			return config.NewException(key, key+": "+c+" cannot run here: rows reach the producer as bytes; set the connector's converter instead")
		}
	}
	if v.Bool("transaction.two.phase.commit.enable") {
		return config.NewException("transaction.two.phase.commit.enable", "transaction.two.phase.commit.enable: two-phase commit is not supported here; remove the key")
	}
	return nil
}

// Delivery returns how long rows may wait for their acknowledgements as Java producer properties have it, 0 for as long
// as it takes: the context of a record (Within) says so, and none of Options.
//
// Errors: those of Options.
func Delivery(props map[string]string) (time.Duration, error) {
	v, err := definition().Parse(props)
	if err != nil {
		return 0, err
	}
	return delivery(v)
}

// delivery is what delivery.timeout.ms stands for; Java's largest value is no limit.
// Source: KafkaProducer.configureDeliveryTimeout.
func delivery(v *config.Values) (time.Duration, error) {
	n := v.Int32("delivery.timeout.ms")
	if n == math.MaxInt32 {
		return 0, nil
	}
	t, least := time.Duration(n)*time.Millisecond, lingerOf(v)+requestOf(v)
	if t < least {
		if v.IsSet("delivery.timeout.ms") {
			return 0, config.NewException("delivery.timeout.ms", "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms")
		}
		t = least
	}
	return max(t, deliveryMin), nil
}

func lingerOf(v *config.Values) time.Duration {
	return time.Duration(min(v.Int64("linger.ms"), lingerMax.Milliseconds())) * time.Millisecond
}

func requestOf(v *config.Values) time.Duration {
	return time.Duration(v.Int32("request.timeout.ms")) * time.Millisecond
}

// idempotence adds what acks, enable.idempotence, max.in.flight.requests.per.connection and
// transactional.id stand for. Source: ProducerConfig.postProcessAndValidateIdempotenceConfigs.
func idempotence(v *config.Values, opts []kgo.Opt) ([]kgo.Opt, error) {
	acks, asked := v.String("acks"), v.IsSet("enable.idempotence")
	all := acks == "all" || acks == "-1"
	on := v.Bool("enable.idempotence")
	inFlight := v.Int32("max.in.flight.requests.per.connection")
	if on {
		switch {
		case v.Int32("retries") == 0 && asked:
			return nil, config.NewException("retries", "Must set retries to non-zero when using the idempotent producer.")
		case !all && asked:
			return nil, config.NewException("acks", "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.")
		case inFlight > 5:
			return nil, config.NewException("max.in.flight.requests.per.connection",
				"To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is "+config.JavaText(inFlight)+".")
		}
		on = v.Int32("retries") != 0 && all
	}
	if id := v.String("transactional.id"); id != "" {
		if !on {
			return nil, config.NewException("transactional.id", "Cannot set a transactional.id without also enabling idempotence.")
		}
		opts = append(opts, kgo.TransactionalID(id), kgo.TransactionTimeout(time.Duration(v.Int32("transaction.timeout.ms"))*time.Millisecond))
	}
	if on {
		return opts, nil // at most 5 requests at a time, in order
	}
	opts = append(opts, kgo.DisableIdempotentWrite(), kgo.MaxProduceRequestsInflightPerBroker(int(inFlight)))
	switch acks {
	case "0":
		return append(opts, kgo.RequiredAcks(kgo.NoAck())), nil
	case "1":
		return append(opts, kgo.RequiredAcks(kgo.LeaderAck())), nil
	}
	return append(opts, kgo.RequiredAcks(kgo.AllISRAcks())), nil
}
