package consume

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// ClientOptions returns the client options that Java consumer properties stand for. Keys that every
// client has (addresses, security) are not among them.
func ClientOptions(props map[string]string) ([]kgo.Opt, error) {
	p := reader{props: props}
	ms := func(key string, def int64) time.Duration { return time.Duration(p.num(key, def)) * time.Millisecond }
	opts := []kgo.Opt{
		kgo.ConsumerGroup(props["group.id"]),
		kgo.SessionTimeout(ms("session.timeout.ms", 45000)),
		kgo.HeartbeatInterval(ms("heartbeat.interval.ms", 3000)),
		kgo.RebalanceTimeout(ms("max.poll.interval.ms", 300000)),
		kgo.FetchMinBytes(int32(p.num("fetch.min.bytes", 1))),
		kgo.FetchMaxWait(ms("fetch.max.wait.ms", 500)),
		kgo.FetchMaxBytes(int32(p.num("fetch.max.bytes", 52428800))),
		kgo.FetchMaxPartitionBytes(int32(p.num("max.partition.fetch.bytes", 1048576))),
		kgo.MaxDecompressBatchBytes(64 << 20),
	}
	if id := props["group.instance.id"]; id != "" {
		opts = append(opts, kgo.InstanceID(id))
	}
	if rack := props["client.rack"]; rack != "" {
		opts = append(opts, kgo.Rack(rack))
	}
	if strings.EqualFold(props["isolation.level"], "read_committed") {
		opts = append(opts, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	opts = p.reset(opts)
	opts = p.balancers(opts)
	return opts, p.err
}

type reader struct {
	props map[string]string
	err   error
}

func (p *reader) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("consumer setting "+format, args...)
	}
}

func (p *reader) num(key string, def int64) int64 {
	s, ok := p.props[key]
	if !ok {
		return def
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		p.fail("%q: %q is not a number", key, s)
	}
	return n
}

// reset adds what auto.offset.reset stands for; the client's own default would skip records.
func (p *reader) reset(opts []kgo.Opt) []kgo.Opt {
	var o kgo.Offset
	switch v := strings.ToLower(p.props["auto.offset.reset"]); v {
	case "", "earliest":
		o = kgo.NewOffset().AtStart()
	case "latest":
		o = kgo.NewOffset().AtEnd()
	case "none":
		o = kgo.NoResetOffset()
	default:
		p.fail("\"auto.offset.reset\": %q is none of earliest, latest, none", v)
	}
	return append(opts, kgo.ConsumeResetOffset(o))
}

// balancers adds the assignors of partition.assignment.strategy, Java's default two without it.
func (p *reader) balancers(opts []kgo.Opt) []kgo.Opt {
	names := p.props["partition.assignment.strategy"]
	if names == "" {
		return append(opts, kgo.Balancers(kgo.RangeBalancer(), kgo.CooperativeStickyBalancer()))
	}
	var list []kgo.GroupBalancer
	for _, n := range strings.Split(names, ",") {
		n = strings.TrimSpace(n)
		switch strings.TrimSuffix(n[strings.LastIndex(n, ".")+1:], "Assignor") {
		case "Range":
			list = append(list, kgo.RangeBalancer())
		case "RoundRobin":
			list = append(list, kgo.RoundRobinBalancer())
		case "Sticky":
			list = append(list, kgo.StickyBalancer())
		case "CooperativeSticky":
			list = append(list, kgo.CooperativeStickyBalancer())
		default:
			p.fail("\"partition.assignment.strategy\": class %s could not be found; known are RangeAssignor, RoundRobinAssignor, StickyAssignor, CooperativeStickyAssignor", n)
		}
	}
	return append(opts, kgo.Balancers(list...))
}
