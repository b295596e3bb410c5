package consume

import "github.com/twmb/franz-go/pkg/kgo"

// fetchBytesMin is what a fetch may have however little memory there is. A record that is larger comes all the same.
const fetchBytesMin = 64 << 10

// fetchLimits keep what the client fetches within the memory of its task: it has one answer of each broker beside what
// waits in the lanes. They belong to the fetching goroutine.
type fetchLimits struct {
	most, partition int32 // fetch.max.bytes, max.partition.fetch.bytes
	now             int32 // what the client was told
}

func newFetchLimits(cl *kgo.Client) fetchLimits {
	most, partition := cl.OptValue(kgo.FetchMaxBytes).(int32), cl.OptValue(kgo.FetchMaxPartitionBytes).(int32)
	return fetchLimits{most: most, partition: partition, now: most}
}

// follow has the client fetch half of what may wait, at most.
func (l *fetchLimits) follow(cl *kgo.Client, budget int64) {
	now := int32(min(int64(l.most), max(budget/2, fetchBytesMin)))
	if now != l.now {
		l.now = now
		cl.UpdateFetchMaxBytes(now, min(l.partition, now))
	}
}
