package consume

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/engine/budget"
	"github.com/millrace/millrace/internal/kafka/fetch"
)

// fetchBytesMin is what a fetch may have however little memory there is. A record that is larger comes all the same.
const fetchBytesMin = 64 << 10

// fetchBytes is what a client may ask each of so many brokers for: half of what its task may hold, at most, and no more
// than there is room for. It has one answer of each beside what waits in the lanes.
func fetchBytes(memory *budget.Share, brokers int) int64 {
	return max(min(memory.Most()/2/int64(brokers), memory.Room()), fetchBytesMin)
}

// asking has each request of a client ask for what fetchBytes says.
type asking struct{ memory *budget.Share }

var _ fetch.Limit = asking{}

// Ask implements fetch.Limit.
func (a asking) Ask(most int32, brokers int) int32 {
	n := int32(min(int64(most), fetchBytes(a.memory, brokers)))
	a.memory.Ask(int64(n))
	return n
}

// Came implements fetch.Limit.
func (a asking) Came(bytes int32) { a.memory.Ask(-int64(bytes)) }

// fetchLimits do what asking does where requests are the client library's alone: from one poll to the next. They belong
// to the fetching goroutine.
type fetchLimits struct {
	most, partition int32 // fetch.max.bytes, max.partition.fetch.bytes
	now             int32 // what the client was told
}

func newFetchLimits(cl *kgo.Client) fetchLimits {
	most, partition := cl.OptValue(kgo.FetchMaxBytes).(int32), cl.OptValue(kgo.FetchMaxPartitionBytes).(int32)
	return fetchLimits{most: most, partition: partition, now: most}
}

// follow has the client fetch what it may now.
func (l *fetchLimits) follow(cl *kgo.Client, memory *budget.Share) {
	now := int32(min(int64(l.most), fetchBytes(memory, 1)))
	if now != l.now {
		l.now = now
		cl.UpdateFetchMaxBytes(now, min(l.partition, now))
	}
}
