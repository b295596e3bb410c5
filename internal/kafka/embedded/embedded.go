package embedded

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// Options of a broker. The zero value is a broker in memory on a free port.
type Options struct {
	Dir        string // data folder; empty: memory
	Port       int    // on 127.0.0.1; 0: a free one
	Partitions int    // of topics that are created without a number; 0: 1
	Sync       bool   // every write reaches the disk before its answer
	Logger     *slog.Logger
}

// sessionMin lets the groups of short tests and demonstrations notice a dead member soon; Kafka's own
// default is 6 s.
const sessionMin = 500 * time.Millisecond

// cleanEvery is how often retention and compaction of topics run, ms; the library's own default is an hour.
const cleanEvery = "1000"

// Broker is a running broker.
type Broker struct {
	cluster *kfake.Cluster
	address string
	lock    *os.File // of the data folder; nil without one
}

// Start starts a broker; the caller closes it.
//
// Errors: a port in use, a data folder that cannot be read or that another process holds.
func Start(o Options) (*Broker, error) {
	versions := kversion.V4_2_0()
	versions.SetMaxKeyVersion(kmsg.CreateTopics.Int16(), 4)
	opts := []kfake.Opt{
		kfake.NumBrokers(1), kfake.Ports(o.Port), kfake.MaxVersions(versions),
		kfake.ClusterID("millrace-embedded"),
		kfake.AllowAutoTopicCreation(), kfake.DefaultNumPartitions(max(1, o.Partitions)),
		kfake.GroupMinSessionTimeout(sessionMin), kfake.GroupMaxSessionTimeout(30 * time.Minute),
		kfake.BrokerConfigs(map[string]string{"log.cleaner.backoff.ms": cleanEvery}),
	}
	if o.Logger != nil {
		opts = append(opts, kfake.WithLogger(bridge{o.Logger}))
	}
	if o.Sync {
		opts = append(opts, kfake.SyncWrites())
	}
	b := &Broker{}
	if o.Dir != "" {
		dir, err := filepath.Abs(o.Dir)
		if err != nil {
			return nil, fmt.Errorf("embedded broker: %w", err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("embedded broker: %w", err)
		}
		if b.lock, err = openLocked(filepath.Join(dir, "lock")); err != nil {
			return nil, fmt.Errorf("embedded broker: its data folder is in use: %w", err)
		}
		opts = append(opts, kfake.DataDir(filepath.Join(dir, "broker")))
	}
	var err error
	if b.cluster, err = kfake.NewCluster(opts...); err != nil {
		return nil, errors.Join(fmt.Errorf("embedded broker: %w", err), b.unlock())
	}
	if b.address, err = loopback(b.cluster.ListenAddrs()); err != nil {
		b.cluster.Close()
		return nil, errors.Join(err, b.unlock())
	}
	return b, nil
}

// loopback returns the one address, which no other machine may reach.
func loopback(addresses []string) (string, error) {
	if len(addresses) != 1 {
		return "", fmt.Errorf("embedded broker: it listens on %d addresses, want one", len(addresses))
	}
	if host, _, err := net.SplitHostPort(addresses[0]); err != nil || !net.ParseIP(host).IsLoopback() {
		return "", fmt.Errorf("embedded broker: %s is not on loopback", addresses[0])
	}
	return addresses[0], nil
}

func (b *Broker) unlock() error {
	if b.lock == nil {
		return nil
	}
	return b.lock.Close()
}

// Bootstrap is the address for bootstrap.servers.
func (b *Broker) Bootstrap() string { return b.address }

// Close stops the broker and writes its data out.
func (b *Broker) Close() error {
	b.cluster.Close()
	return b.unlock()
}

// EnsureTopic makes a topic unless there is one of that name; config may be nil.
func (b *Broker) EnsureTopic(name string, partitions int, config map[string]string) error {
	if b.cluster.TopicInfo(name) != nil {
		return nil
	}
	if err := b.cluster.CreateTopic(name, int32(partitions), config); err != nil {
		return fmt.Errorf("embedded broker: topic %q: %w", name, err)
	}
	return nil
}
