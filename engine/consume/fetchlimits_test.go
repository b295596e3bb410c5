package consume

import (
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestFetch_AsksForNoMoreThanItsShare: a hundred sinks that began at once on little memory asked for 50 MiB each.
func TestFetch_AsksForNoMoreThanItsShare(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c)
	large := &kgo.Record{Topic: "t", Value: make([]byte, 3*fetchBytesMin)}
	if err := cl.ProduceSync(t.Context(), large).FirstErr(); err != nil {
		t.Fatal(err)
	}
	type limits struct{ all, partition int32 }
	var asked atomic.Pointer[limits]
	c.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		f := r.(*kmsg.FetchRequest)
		if len(f.Topics) > 0 {
			asked.Store(&limits{f.MaxBytes, f.Topics[0].Partitions[0].PartitionMaxBytes})
		}
		return nil, nil, false
	})
	var share atomic.Int64
	share.Store(1 << 20)
	m := join(t, c, map[string]string{"max.partition.fetch.bytes": "700000"}, func(o *Options) { o.Budget = share.Load })
	m.until("the record", m.has(tp(0), 1))
	if got, want := *asked.Load(), (limits{1 << 19, 1 << 19}); got != want {
		t.Errorf("asked for %v, want %v", got, want)
	}
	for _, s := range []struct {
		share int64
		want  limits
	}{{1000, limits{fetchBytesMin, fetchBytesMin}}, {1 << 40, limits{50 << 20, 700000}}} {
		share.Store(s.share)
		m.until("the next limits", func() bool {
			produce(t, cl, tp(0), 0, 1)
			return *asked.Load() == s.want
		})
	}
}
