package mirror

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// partition is a partition that a task copies.
type partition struct {
	connectors.TopicPartition               // at the source
	remote                    []string      // name of its copy, alone
	places                    []batch.Value // source partition, alone

	next  int64 // offset behind the last row that was read; -1: none was
	syncs syncState
}

func newPartition(s *settings, tp connectors.TopicPartition) *partition {
	return &partition{
		TopicPartition: tp,
		next:           -1,
		remote:         []string{s.policy.remote(s.source, tp.Topic)},
		places:         []batch.Value{placeOf(s.source, tp)},
		syncs:          newSyncState(s.values.Int64(offsetLagKey)),
	}
}

// placeOf returns a source partition. Source: MirrorUtils.wrapPartition.
func placeOf(alias string, tp connectors.TopicPartition) batch.Value {
	return batch.MapValueOf(&batch.MapValue{
		Keys:   []batch.Value{batch.StringValue(clusterField), batch.StringValue(partitionField), batch.StringValue(topicField)},
		Values: []batch.Value{batch.StringValue(alias), batch.Int32Value(tp.Partition), batch.StringValue(tp.Topic)},
	})
}

// offsetOf returns a source offset. Source: MirrorUtils.wrapOffset.
func offsetOf(n int64) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(offsetField)}, Values: []batch.Value{batch.Int64Value(n)}})
}

// positions are the source positions of rows of one partition.
type positions struct {
	of      *partition
	offsets []int64 // at the source; in the batch's arena; nil: first and those that follow
	first   int64
}

var _ batch.SourcePosition = (*positions)(nil)

// Partition returns 0, the only one.
func (p *positions) Partition(int) int32 { return 0 }

// Partitions returns {"cluster": A, "partition": P, "topic": T}.
func (p *positions) Partitions() []batch.Value { return p.of.places }

// Offset returns {"offset": N}.
func (p *positions) Offset(i int) batch.Value { return offsetOf(p.at(i)) }

// at returns the offset of row i at the source.
func (p *positions) at(i int) int64 {
	if p.offsets == nil {
		return p.first + int64(i)
	}
	return p.offsets[i]
}
