package connectortest

import (
	"context"
	"fmt"
	"sync"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Offsets are committed source offsets in memory. The zero value is empty. Safe for concurrent use.
type Offsets struct {
	mu   sync.Mutex
	byID map[string]batch.Value
}

var _ connectors.OffsetReader = (*Offsets)(nil)

// Set commits an offset; a null one removes it. Numbers are kept as the offset topic gives them back:
// INT64 or FLOAT64.
//
// Errors: partition or offset is no map of primitives with text keys.
func (o *Offsets) Set(partition, offset batch.Value) error {
	p, err := stored(partition)
	if err != nil {
		return fmt.Errorf("source partition: %w", err)
	}
	v, err := stored(offset)
	if err != nil {
		return fmt.Errorf("source offset: %w", err)
	}
	if p.IsNull() {
		return fmt.Errorf("source partition is null")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byID == nil {
		o.byID = map[string]batch.Value{}
	}
	id := string(p.AppendKey(nil))
	if v.IsNull() {
		delete(o.byID, id)
	} else {
		o.byID[id] = v
	}
	return nil
}

// Offsets returns the offset of each partition; null where there is none.
func (o *Offsets) Offsets(ctx context.Context, partitions []batch.Value) ([]batch.Value, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	out := make([]batch.Value, len(partitions))
	for i, p := range partitions {
		k, err := stored(p)
		if err != nil {
			return nil, fmt.Errorf("source partition: %w", err)
		}
		out[i] = o.byID[string(k.AppendKey(nil))]
	}
	return out, nil
}

// stored returns a map of primitives as it reads back.
func stored(v batch.Value) (batch.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	m := v.Map()
	if m == nil {
		return v, fmt.Errorf("%s is no map", batch.AppendLiteral(nil, nil, v))
	}
	out := &batch.MapValue{}
	for i, k := range m.Keys {
		if k.Tag() != batch.TagString {
			return v, fmt.Errorf("key %s is no text", batch.AppendLiteral(nil, nil, k))
		}
		e := m.Values[i]
		switch e.Tag() {
		case batch.TagInt8, batch.TagInt16, batch.TagInt32:
			e = batch.Int64Value(e.Int())
		case batch.TagFloat32:
			e = batch.Float64Value(e.Float())
		case batch.TagNull, batch.TagInt64, batch.TagFloat64, batch.TagBoolean, batch.TagString:
		default:
			return v, fmt.Errorf("key %q holds %s, which is no primitive", k.Str(), batch.AppendLiteral(nil, nil, e))
		}
		out.Keys, out.Values = append(out.Keys, k), append(out.Values, e)
	}
	return batch.MapValueOf(out), nil
}
