package produce

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch/mem"
)

// A row may be given up when its time is over, not before, and says why.
func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never, soon := Within(0), Within(time.Second)
		time.Sleep(time.Second - time.Nanosecond)
		if soon.Err() != nil || soon.Done() != nil {
			t.Errorf("it is over early: %v", soon.Err())
		}
		time.Sleep(time.Nanosecond)
		<-soon.Done()
		if !errors.Is(soon.Err(), kgo.ErrRecordTimeout) || never.Err() != nil {
			t.Errorf("it ends with %v, what has no limit with %v", soon.Err(), never.Err())
		}
	})
}

// The timestamps of rows are data: old ones are not late, and a broker that changes its mind gets them.
func TestSend_OldTimestampsAreNotLate(t *testing.T) {
	pool := mem.Checked(t)
	c := cluster(t, kfake.SeedTopics(1, "t"))
	refusals := 3
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if refusals == 0 {
			return nil, nil, false
		}
		refusals--
		resp := req.ResponseKind().(*kmsg.ProduceResponse)
		for _, t := range req.(*kmsg.ProduceRequest).Topics {
			answer := kmsg.NewProduceResponseTopic()
			answer.Topic, answer.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				part := kmsg.NewProduceResponseTopicPartition()
				part.Partition, part.ErrorCode = p.Partition, kerr.NotLeaderForPartition.Code
				answer.Partitions = append(answer.Partitions, part)
			}
			resp.Topics = append(resp.Topics, answer)
		}
		return resp, nil, true
	})
	p := producer(t, c, map[string]string{"enable.idempotence": "false", "delivery.timeout.ms": "120000"}, kgo.MetadataMinAge(10*time.Millisecond))
	old := auto("k", "v")
	old.ts = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC).UnixMilli()
	a := newAcks(1)
	p.Send(t.Context(), []Rows{rows(pool, []row{old})}, a)
	if r := a.wait(t)[0]; r.Err != nil || refusals != 0 {
		t.Errorf("%v, %d refusals are left", r.Err, refusals)
	}
}
