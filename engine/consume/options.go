package consume

import (
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

// Bounds that the client library sets; values outside are moved to them.
const (
	groupTimeoutMin     = 100 * time.Millisecond
	fetchWaitMin        = 10 * time.Millisecond
	readBytesMax        = 100 << 20
	readBytesMost       = 1 << 30
	decompressMax       = 64 << 20 // one fetched wire batch, against hostile data
	rangeAssignor       = "org.apache.kafka.clients.consumer.RangeAssignor"
	roundAssignor       = "org.apache.kafka.clients.consumer.RoundRobinAssignor"
	stickyAssignor      = "org.apache.kafka.clients.consumer.StickyAssignor"
	cooperativeAssignor = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
)

// ClientOptions returns the client options that Java consumer properties stand for. Keys that every
// client has (addresses, security, backoff) are not among them; max.poll.records is for whoever polls.
//
// Those of Idle are checked and change nothing. max.poll.interval.ms bounds how
// long a rebalance waits for the task, as in Java, but a member that does not poll stays in its group:
// its task is busy, and another one would not be less so.
//
// Errors: a *config.ConfigException with Java's text, or the key that cannot work here.
// Source: ConsumerConfig.
func ClientOptions(props map[string]string) ([]kgo.Opt, error) {
	v, err := definition().Parse(props)
	if err != nil {
		return nil, err
	}
	if err := refuse(v); err != nil {
		return nil, err
	}
	ms := func(key string) time.Duration { return time.Duration(v.Int32(key)) * time.Millisecond }
	session := max(ms("session.timeout.ms"), groupTimeoutMin)
	bytes := max(v.Int32("fetch.max.bytes"), 1)
	opts := []kgo.Opt{
		kgo.ConsumerGroup(v.String("group.id")),
		kgo.SessionTimeout(session),
		kgo.HeartbeatInterval(min(ms("heartbeat.interval.ms"), session)),
		kgo.RebalanceTimeout(max(ms("max.poll.interval.ms"), groupTimeoutMin)),
		kgo.FetchMinBytes(v.Int32("fetch.min.bytes")),
		kgo.FetchMaxWait(max(ms("fetch.max.wait.ms"), fetchWaitMin)),
		kgo.FetchMaxBytes(min(bytes, readBytesMost)),
		kgo.BrokerMaxReadBytes(min(max(bytes, readBytesMax), readBytesMost)),
		kgo.FetchMaxPartitionBytes(max(v.Int32("max.partition.fetch.bytes"), 1)),
		kgo.MaxDecompressBatchBytes(decompressMax),
	}
	if id := v.String("group.instance.id"); id != "" {
		opts = append(opts, kgo.InstanceID(id))
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
	r, err := parseReset(v.String("auto.offset.reset"))
	if err != nil {
		return nil, err
	}
	opts = append(opts, kgo.ConsumeResetOffset(r.offset(time.Now())))
	return assignment(v, opts)
}

// Idle returns the keys that change nothing: auto.commit.interval.ms, as tasks commit.
func Idle() []string { return []string{"auto.commit.interval.ms"} }

// refuse names what a Java consumer does and this one cannot.
func refuse(v *config.Values) error {
	if v.String("group.id") == "" {
		return config.NewException("group.id", "group.id: a sink task needs a consumer group, the key is blank")
	}
	if v.Bool("enable.auto.commit") {
		return config.NewException("enable.auto.commit", "enable.auto.commit: sink tasks commit their offsets themselves, after rows are delivered; remove the key")
	}
	if !v.Bool("exclude.internal.topics") {
		return config.NewException("exclude.internal.topics", "exclude.internal.topics: patterns never match internal topics here; name them in topics, or remove the key")
	}
	for _, key := range []string{"key.deserializer", "value.deserializer"} {
		if c := v.String(key); c != byteArrayDeserializer {
			return config.NewException(key, key+": "+c+" cannot run here: the stage takes bytes; set the connector's converter instead")
		}
	}
	return nil
}

// assignment adds who assigns partitions. Source: ConsumerConfig.checkUnsupportedConfigsPostProcess.
func assignment(v *config.Values, opts []kgo.Opt) ([]kgo.Opt, error) {
	server := strings.EqualFold(v.String("group.protocol"), "consumer")
	unsupported := []string{"group.remote.assignor"}
	if server {
		unsupported = []string{"partition.assignment.strategy", "heartbeat.interval.ms", "session.timeout.ms"}
	}
	texts := v.Originals()
	var set []string
	for _, key := range unsupported {
		if strings.TrimSpace(texts[key]) != "" {
			set = append(set, key)
		}
	}
	if len(set) > 0 {
		return nil, config.NewException(set[0], strings.Join(set, ", ")+" cannot be set when group.protocol="+strings.ToUpper(v.String("group.protocol")))
	}
	if !server {
		list, err := balancers(v.List("partition.assignment.strategy"))
		if err != nil {
			return nil, err
		}
		return append(opts, kgo.Balancers(list...)), nil
	}
	switch a := v.String("group.remote.assignor"); a {
	case "", "uniform": // the broker's first, by default
		return append(opts, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer())), nil
	case "range":
		return append(opts, kgo.ServerSideBalancer(), kgo.Balancers(kgo.RangeBalancer())), nil
	default:
		return nil, config.NewException("group.remote.assignor", "group.remote.assignor: "+a+" is not known here; uniform and range are")
	}
}

func balancers(names []string) ([]kgo.GroupBalancer, error) {
	const key = "partition.assignment.strategy"
	var list []kgo.GroupBalancer
	for _, n := range names {
		switch n {
		case rangeAssignor:
			list = append(list, kgo.RangeBalancer())
		case roundAssignor:
			list = append(list, kgo.RoundRobinBalancer())
		case stickyAssignor:
			list = append(list, kgo.StickyBalancer())
		case cooperativeAssignor:
			list = append(list, kgo.CooperativeStickyBalancer())
		default:
			return nil, config.NewException(key, key+": class "+n+" could not be found; known are "+
				strings.Join([]string{rangeAssignor, roundAssignor, stickyAssignor, cooperativeAssignor}, ", "))
		}
	}
	if len(list) == 0 {
		return nil, config.NewException(key, key+": it is empty, no assignor is left; remove the key")
	}
	return list, nil
}
