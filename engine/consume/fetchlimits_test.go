package consume

import (
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/engine/budget"
)

// TestFetch_AsksForNoMoreThanItsShare: a hundred sinks that began at once on little memory asked for 50 MiB each.
func TestFetch_AsksForNoMoreThanItsShare(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c)
	large := &kgo.Record{Topic: "t", Value: make([]byte, 3*fetchBytesMin)}
	if err := cl.ProduceSync(t.Context(), large).FirstErr(); err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	c.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		asked.Store(r.(*kmsg.FetchRequest).MaxBytes)
		return nil, nil, false
	})
	const most = 4 << 20
	var all *budget.Budget
	m := join(t, c, nil, func(o *Options) {
		all = budget.New(most, o.Memory.Pool.Mem)
		o.Memory = all.Join(1 << 40)
	})
	m.until("the record", m.has(tp(0), 1))
	asks := func(want int32) {
		t.Helper()
		m.until("what is asked for follows", func() bool {
			produce(t, cl, tp(0), 0, 1)
			return asked.Load() == want
		})
	}
	asks(most / 2)
	other := all.Join(1 << 40)
	asks(most / 4)
	held := other.Pool.Mem.Get(most) // it began alone
	asks(fetchBytesMin)
	other.Pool.Mem.Put(held)
	asks(most / 4)
	other.Leave()
	asks(most / 2)
}
