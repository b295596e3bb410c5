package postgres

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// chunkKeys are the keys of the rows of a batch.
type chunkKeys struct {
	types []*typemap.Type
	parts []byte
	ends  []uint32 // of each row's key among parts
}

func (k *chunkKeys) of(row int) (incremental.Key, error) {
	from := uint32(0)
	if row > 0 {
		from = k.ends[row-1]
	}
	return keyOf(k.types, k.parts[from:k.ends[row]])
}

// chunkPositions are the positions of a chunk's rows: each says which was the last one that was handed on.
type chunkPositions struct {
	partitions []batch.Value
	at         position
	keys       *chunkKeys
}

func (p *chunkPositions) Partition(int) int32       { return 0 }
func (p *chunkPositions) Partitions() []batch.Value { return p.partitions }

// Offset falls back on what was so before the batch where a key cannot be written, which emit has found it can.
func (p *chunkPositions) Offset(i int) batch.Value {
	at := p.at
	if key, err := p.keys.of(i); err == nil {
		if text, err := incremental.KeyText(key); err == nil {
			at.incremental = at.incremental.With(text)
		}
	}
	return at.value()
}
