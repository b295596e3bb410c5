package datagen

import "github.com/millrace/millrace/batch"

// Members of source partitions and offsets.
const (
	taskField    = "task"
	tasksField   = "tasks"
	recordsField = "records"
)

// positions are the source positions of one batch.
type positions struct {
	partitions []batch.Value // one; shared by all batches of a task
	made       int64         // records that the task had made before
}

// Partition returns 0, the only one.
func (p *positions) Partition(int) int32 { return 0 }

// Partitions returns {"task": i, "tasks": n}.
func (p *positions) Partitions() []batch.Value { return p.partitions }

// Offset returns {"records": k}: how many records the task has made with row i.
func (p *positions) Offset(i int) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(recordsField)},
		Values: []batch.Value{batch.Int64Value(p.made + int64(i) + 1)}})
}

// partitionOf returns the source partition of a task.
func partitionOf(task, tasks int) batch.Value {
	return batch.MapValueOf(&batch.MapValue{
		Keys:   []batch.Value{batch.StringValue(taskField), batch.StringValue(tasksField)},
		Values: []batch.Value{batch.Int64Value(int64(task)), batch.Int64Value(int64(tasks))},
	})
}

// number returns the whole number in a map under a text key.
func number(v batch.Value, name string) (int64, bool) {
	m := v.Map()
	if m == nil {
		return 0, false
	}
	for i, k := range m.Keys {
		if k.Str() == name {
			return m.Values[i].Int(), m.Values[i].Tag() == batch.TagInt64
		}
	}
	return 0, false
}
