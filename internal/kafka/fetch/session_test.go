package fetch

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// script is a connection to a broker that has sent bytes already, which come in pieces.
type script struct {
	net.Conn
	sent  []byte
	piece int
	end   error // after them; nil: io.EOF
	wrote []byte
}

func (s *script) Close() error { return nil }

func (s *script) Write(p []byte) (int, error) {
	s.wrote = append(s.wrote, p...)
	return len(p), nil
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.sent) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.piece)], s.sent)
	s.sent = s.sent[n:]
	return n, nil
}

// session is an Interposer with one connection, whose broker has sent bytes.
type session struct {
	t    testing.TB
	pool *batch.Pool
	ip   *Interposer
	conn net.Conn
	log  bytes.Buffer

	under *script // conn
}

func open1(t testing.TB, sent []byte, piece int) *session {
	t.Helper()
	s := &session{t: t, pool: batch.NewPool(mem.Checked(t)), under: &script{sent: sent, piece: piece}}
	dial := func(context.Context, string, string) (net.Conn, error) { return s.under, nil }
	s.ip = New(dial, s.pool.Mem, slog.New(slog.NewTextHandler(&s.log, nil)))
	s.ip.Start(1<<20, false)
	var err error
	if s.conn, err = s.ip.Dial(t.Context(), "tcp", "broker:9092"); err != nil {
		t.Fatal(err)
	}
	s.ip.OnBrokerConnect(kgo.BrokerMetadata{NodeID: 1}, 0, s.conn, nil)
	t.Cleanup(s.ip.Close)
	return s
}

var topicID = [16]byte{15: 1}

// ask writes a Fetch request for partition 0.
func (s *session) ask(version int16, id int32, from int64) {
	s.t.Helper()
	s.write(fetch(version, from, -1), id)
}

func fetch(version int16, from int64, epoch int32) *kmsg.FetchRequest {
	req := kmsg.NewPtrFetchRequest()
	req.Version, req.SessionEpoch = version, epoch
	p := kmsg.NewFetchRequestTopicPartition()
	p.FetchOffset = from
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic, topic.TopicID, topic.Partitions = "t", topicID, []kmsg.FetchRequestTopicPartition{p}
	req.Topics = []kmsg.FetchRequestTopic{topic}
	return req
}

func (s *session) write(req kmsg.Request, id int32) {
	s.t.Helper()
	b := kmsg.NewRequestFormatter(kmsg.FormatterClientID("c")).AppendRequest(nil, req, id)
	if _, err := s.conn.Write(b); err != nil {
		s.t.Fatal(err)
	}
}

// answer is a response as it comes from a broker.
func answer(version int16, id int32, records []byte, change func(*kmsg.FetchResponse)) []byte {
	resp := kmsg.NewPtrFetchResponse()
	resp.Version, resp.SessionID, resp.ThrottleMillis = version, 5, 3
	p := kmsg.NewFetchResponseTopicPartition()
	p.HighWatermark, p.LastStableOffset, p.LogStartOffset = 1000, 900, 2
	p.RecordBatches = records
	aborted := kmsg.NewFetchResponseTopicPartitionAbortedTransaction()
	aborted.ProducerID, aborted.FirstOffset = 77, 12
	p.AbortedTransactions = append(p.AbortedTransactions, aborted)
	topic := kmsg.NewFetchResponseTopic()
	topic.Topic, topic.TopicID, topic.Partitions = "t", topicID, []kmsg.FetchResponseTopicPartition{p}
	resp.Topics = []kmsg.FetchResponseTopic{topic}
	if change != nil {
		change(resp)
	}
	b := binary.BigEndian.AppendUint32(nil, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(id))
	if version >= flexibleFetch {
		b = append(b, 0) // no tags
	}
	b = resp.AppendTo(b)
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// read reads one response as the client does.
func (s *session) read(version int16) (*kmsg.FetchResponse, []byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(s.conn, size[:]); err != nil {
		return nil, nil, err
	}
	b := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(s.conn, b); err != nil {
		return nil, nil, err
	}
	r := kbin.Reader{Src: b[4:]}
	if version >= flexibleFetch {
		kmsg.SkipTags(&r)
	}
	resp := kmsg.NewPtrFetchResponse()
	resp.Version = version
	return resp, slices.Concat(size[:], b), resp.ReadFrom(r.Src)
}

func process(p *kmsg.FetchResponseTopicPartition, from int64) (kgo.FetchPartition, int64) {
	return kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Offset: from, Topic: "t", IsolationLevel: kgo.ReadCommitted()}, p, kgo.DefaultDecompressor(), nil)
}
