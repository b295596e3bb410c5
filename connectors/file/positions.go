package file

import "github.com/millrace/millrace/batch"

// positions are the source positions of one batch of lines: all of one file.
type positions struct {
	partitions []batch.Value // one; shared by all batches of a task
	ends       []int64       // UTF-16 units up to the end of each line; nil for standard input; in the batch's arena
}

// Partition returns 0, the only one.
func (p *positions) Partition(int) int32 { return 0 }

// Partitions returns {"filename": F}.
func (p *positions) Partitions() []batch.Value { return p.partitions }

// Offset returns {"position": N}; N is null for standard input.
func (p *positions) Offset(i int) batch.Value {
	if p.ends == nil {
		return single(positionField, batch.Null())
	}
	return single(positionField, batch.Int64Value(p.ends[i]))
}
