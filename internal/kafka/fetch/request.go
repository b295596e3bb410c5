package fetch

import (
	"encoding/binary"
	"errors"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fetchKey is the API key of Fetch.
const fetchKey = 1

// flexibleFetch is the first version whose headers have tags.
const flexibleFetch = 12

// errShort is a request or response that ends too soon.
var errShort = errors.New("fetch: ends too soon")

// partition names a partition in requests and responses: by id from version 13 on, before by name.
type partition struct {
	id    [16]byte
	topic string
	n     int32
}

// positions are the offsets at which the client reads, as its requests on one connection say. In an incremental
// fetch session (KIP-227) a partition that a request leaves out is asked for as before.
type positions map[partition]int64

// apply takes over what a request asks for.
func (p positions) apply(req *kmsg.FetchRequest) {
	if req.SessionEpoch <= 0 { // of a new session, or of none
		clear(p)
	}
	for i := range req.ForgottenTopics {
		t := &req.ForgottenTopics[i]
		for _, n := range t.Partitions {
			delete(p, partition{t.TopicID, t.Topic, n})
		}
	}
	for i := range req.Topics {
		t := &req.Topics[i]
		for k := range t.Partitions {
			p[partition{t.TopicID, t.Topic, t.Partitions[k].Partition}] = t.Partitions[k].FetchOffset
		}
	}
}

// requestHead is the fixed part of a request: length, API key, version, correlation id.
const requestHead = 12

// readFetch reads a Fetch request with its header, behind which its body begins.
func readFetch(b []byte) (req *kmsg.FetchRequest, body int, err error) {
	req = kmsg.NewPtrFetchRequest()
	req.Version = int16(binary.BigEndian.Uint16(b[6:]))
	if req.Version > req.MaxVersion() {
		return nil, 0, errors.New("fetch: unknown version of Fetch")
	}
	r := kbin.Reader{Src: b[requestHead:]}
	r.NullableString() // client id
	if req.Version >= flexibleFetch {
		kmsg.SkipTags(&r)
	}
	if !r.Ok() {
		return nil, 0, errShort
	}
	return req, len(b) - len(r.Src), req.ReadFrom(r.Src)
}
