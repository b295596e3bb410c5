package produce

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

// partitionerOf returns what partitioner.class and its neighbours stand for. By default a row goes to
// its own partition if it has one, else where murmur2 of its key says; rows without key share one
// partition until batch.size bytes went there. Source: KafkaProducer.partition, BuiltInPartitioner.
func partitionerOf(v *config.Values) (kgo.Partitioner, error) {
	switch class := v.String("partitioner.class"); class {
	case "":
	case roundRobin:
		return partitioner{kgo.RoundRobinPartitioner()}, nil
	default:
		return nil, config.NewException("partitioner.class", "partitioner.class: Java's class "+class+
			" cannot be loaded here; "+roundRobin+" is known, and without the key rows go where Java's default puts them")
	}
	size := max(int(v.Int32("batch.size")), 1)
	return partitioner{kgo.UniformBytesPartitioner(size, v.Bool("partitioner.adaptive.partitioning.enable"), !v.Bool("partitioner.ignore.keys"), nil)}, nil
}

// partitioner lets rows that name their partition keep it.
type partitioner struct{ auto kgo.Partitioner }

// ForTopic implements kgo.Partitioner.
func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	t := p.auto.ForTopic(topic)
	if b, ok := t.(kgo.TopicBackupPartitioner); ok {
		return backupPartitioner{b}
	}
	return topicPartitioner{t}
}

// topicPartitioner is around one that chooses without looking at what waits.
type topicPartitioner struct{ auto kgo.TopicPartitioner }

// RequiresConsistency reports whether the record has one right partition, writable now or not.
func (t topicPartitioner) RequiresConsistency(r *kgo.Record) bool {
	return r.Partition >= 0 || t.auto.RequiresConsistency(r)
}

// Partition returns the partition among n.
func (t topicPartitioner) Partition(r *kgo.Record, n int) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return t.auto.Partition(r, n)
}

// backupPartitioner is around one that looks at what waits for each partition.
type backupPartitioner struct{ auto kgo.TopicBackupPartitioner }

var _ kgo.TopicBackupPartitioner = backupPartitioner{}

// RequiresConsistency reports whether the record has one right partition, writable now or not.
func (t backupPartitioner) RequiresConsistency(r *kgo.Record) bool {
	return r.Partition >= 0 || t.auto.RequiresConsistency(r)
}

// Partition returns the partition among n.
func (t backupPartitioner) Partition(r *kgo.Record, n int) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return t.auto.Partition(r, n)
}

// PartitionByBackup returns the partition among n; waiting tells how much waits for each.
func (t backupPartitioner) PartitionByBackup(r *kgo.Record, n int, waiting kgo.TopicBackupIter) int {
	if r.Partition >= 0 {
		return int(r.Partition)
	}
	return t.auto.PartitionByBackup(r, n, waiting)
}
