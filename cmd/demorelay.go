package cmd

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
)

// relay reads what a connector of Debezium's kind writes, and knows how late it came.
type relay struct {
	client *kgo.Client
	done   chan struct{}

	mu   sync.Mutex
	last relayed
}

// relayed is what a relay has read since it was asked last: the last record, and the longest time from a commit until
// its record could be read.
type relayed struct {
	key, value string
	lsn        uint64
	lag        time.Duration
}

// watchRelay reads a topic until close.
func watchRelay(bootstrap, topic string) (*relay, error) {
	cl, err := (kafka.Clients{Version: clientVersion(version)}).New(map[string]string{"bootstrap.servers": bootstrap, "client.id": "millrace-demo"},
		kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return nil, err
	}
	r := &relay{client: cl, done: make(chan struct{})}
	go r.run()
	return r, nil
}

func (r *relay) run() {
	defer close(r.done)
	for {
		fetches := r.client.PollFetches(context.Background())
		if fetches.IsClientClosed() {
			return
		}
		now := time.Now()
		fetches.EachRecord(func(record *kgo.Record) { r.read(record.Key, record.Value, now) })
	}
}

// read takes one record. Rows of a snapshot are as old as they are, and tombstones say nothing.
func (r *relay) read(key, value []byte, now time.Time) {
	var v struct {
		Op     string `json:"op"`
		Source struct {
			LSN    uint64 `json:"lsn"`
			Millis int64  `json:"ts_ms"`
		} `json:"source"`
	}
	if value == nil || json.Unmarshal(value, &v) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last.key, r.last.value, r.last.lsn = string(key), string(value), max(r.last.lsn, v.Source.LSN)
	if v.Op != "r" {
		r.last.lag = max(r.last.lag, now.Sub(time.UnixMilli(v.Source.Millis)))
	}
}

// take returns what was read since the last take.
func (r *relay) take() relayed {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.last
	r.last.lag = 0
	return s
}

func (r *relay) close() {
	r.client.Close()
	<-r.done
}
