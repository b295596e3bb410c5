package wire

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// request is a Produce request for two partitions of one topic and one of another.
func request(version int16, records ...[]byte) []byte {
	req := kmsg.NewPtrProduceRequest()
	req.Version = version
	id := "transaction"
	req.TransactionID, req.Acks = &id, -1
	for i, r := range records {
		p := kmsg.NewProduceRequestTopicPartition()
		p.Partition, p.Records = int32(i), r
		if i%2 == 0 {
			t := kmsg.NewProduceRequestTopic()
			t.Topic, t.TopicID = "a topic", [16]byte{1, 2, byte(i)}
			req.Topics = append(req.Topics, t)
		}
		t := &req.Topics[len(req.Topics)-1]
		t.Partitions = append(t.Partitions, p)
	}
	return kmsg.NewRequestFormatter(kmsg.FormatterClientID("client")).AppendRequest(nil, req, 5)
}

// TestPlaces_EveryVersion: records are found where they are, and a request that is cut off is none.
func TestPlaces_EveryVersion(t *testing.T) {
	records := [][]byte{[]byte("first"), nil, make([]byte, 300)}
	for v := int16(produceFirst); v <= produceLast; v++ {
		b := request(v, records...)
		list, err := places(nil, b)
		if err != nil || len(list) != 3 {
			t.Fatalf("version %d: %v, %v", v, list, err)
		}
		for i, p := range list {
			if p.partition != int32(i) || !bytes.Equal(p.records, records[i]) || (p.records == nil) != (records[i] == nil) {
				t.Errorf("version %d: %+v", v, p)
			}
			if records[i] == nil {
				continue
			}
			if length := appendLength(nil, v, len(p.records)); !bytes.Equal(b[p.at:p.end], append(length, p.records...)) {
				t.Errorf("version %d: records lie at %d to %d", v, p.at, p.end)
			}
		}
		for n := requestHead; n < len(b); n++ {
			if _, err := places(nil, b[:n]); err == nil {
				t.Fatalf("version %d: %d of %d bytes are a request", v, n, len(b))
			}
		}
	}
	for _, v := range []int16{2, produceLast + 1} {
		b := request(produceLast, records...)
		binary.BigEndian.PutUint16(b[6:], uint16(v))
		if _, err := places(nil, b); err == nil {
			t.Errorf("version %d is taken", v)
		}
	}
}

// FuzzPlaces: any bytes are read without a panic, and what is found lies in them.
func FuzzPlaces(f *testing.F) {
	for _, v := range []int16{3, 9, 13} {
		f.Add(request(v, []byte("records"), nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < requestHead {
			return
		}
		list, err := places(nil, b)
		if err != nil {
			return
		}
		end := requestHead
		for _, p := range list {
			if p.at < end || p.end < p.at+len(p.records) || p.end > len(b) {
				t.Fatalf("%+v in %d bytes", p, len(b))
			}
			end = p.end
		}
	})
}
