package produce

import "github.com/twmb/franz-go/pkg/kgo"

// Partitioner chooses the partition as Java's producer does by default: the row's own if it has one,
// murmur2 of the key, or one partition for a while for rows without key.
// Source: KafkaProducer.partition, BuiltInPartitioner.
func Partitioner() kgo.Partitioner { return partitioner{kgo.StickyKeyPartitioner(nil)} }

type partitioner struct{ auto kgo.Partitioner }

// ForTopic implements kgo.Partitioner.
func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	t := p.auto.ForTopic(topic)
	out := &topicPartitioner{TopicPartitioner: t}
	out.onNewBatch, _ = t.(kgo.TopicPartitionerOnNewBatch)
	return out
}

type topicPartitioner struct {
	kgo.TopicPartitioner
	onNewBatch kgo.TopicPartitionerOnNewBatch
}

// RequiresConsistency reports whether the record has one right partition, writable now or not.
func (t *topicPartitioner) RequiresConsistency(r *kgo.Record) bool {
	return r.Partition >= 0 || t.TopicPartitioner.RequiresConsistency(r)
}

// Partition returns the partition among n.
func (t *topicPartitioner) Partition(r *kgo.Record, n int) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return t.TopicPartitioner.Partition(r, n)
}

// OnNewBatch lets rows without key move to another partition.
func (t *topicPartitioner) OnNewBatch() {
	if t.onNewBatch != nil {
		t.onNewBatch.OnNewBatch()
	}
}
