package verifiable

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Members of source partitions and offsets.
const (
	idField    = "id"
	seqnoField = "seqno"
)

// positions are the source positions of a batch of consecutive records of one task.
type positions struct {
	partitions []batch.Value // one; shared by all batches of a task
	first      int64         // seqno of row 0
}

var _ batch.SourcePosition = (*positions)(nil)

// Partition returns 0, the only one.
func (p *positions) Partition(int) int32 { return 0 }

// Partitions returns {"id": task}.
func (p *positions) Partitions() []batch.Value { return p.partitions }

// Offset returns {"seqno": n}.
func (p *positions) Offset(i int) batch.Value {
	return single(seqnoField, batch.Int64Value(p.first+int64(i)))
}

// resume returns the seqno behind the committed one, and the partition of the task.
func resume(ctx context.Context, tc connectors.SourceTaskContext, id int32) (next int64, partitions []batch.Value, err error) {
	partitions = []batch.Value{single(idField, batch.Int32Value(id))}
	offsets, err := tc.OffsetReader().Offsets(ctx, partitions)
	if err != nil {
		return 0, nil, err
	}
	if m := offsets[0].Map(); m != nil {
		at, ok := m.Get(batch.StringValue(seqnoField))
		if !ok || at.Tag() != batch.TagInt64 {
			return 0, nil, connectors.Errorf("task %d: committed offset has no number %q: reset the offsets of the connector", id, seqnoField)
		}
		next = at.Int() + 1
	}
	return next, partitions, nil
}

// single returns the map {name: v}.
func single(name string, v batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(name)}, Values: []batch.Value{v}})
}
