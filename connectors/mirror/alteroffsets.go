package mirror

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// Fields of source partitions and offsets. Source: MirrorUtils.
const (
	clusterField   = "cluster"
	topicField     = "topic"
	partitionField = "partition"
	offsetField    = "offset"
)

// offsetMap is a source partition or offset as a user wrote it.
type offsetMap struct{ *batch.MapValue }

// checkOffsets checks what is not a reset: a reset passes for any partition, so that garbage can be removed.
func checkOffsets(offsets []connectors.PartitionOffset, check func(partition, offset offsetMap) error) (bool, error) {
	for _, o := range offsets {
		if o.Offset.IsNull() {
			continue
		}
		if o.Partition.IsNull() {
			return false, connectors.Errorf("Source partitions may not be null")
		}
		if err := check(offsetMap{o.Partition.Map()}, offsetMap{o.Offset.Map()}); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (m offsetMap) get(key string) (batch.Value, bool) {
	for i, k := range m.Keys {
		if k.Str() == key {
			return m.Values[i], true
		}
	}
	return batch.Value{}, false
}

// String is the text of a java.util.Map.
func (m offsetMap) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, k := range m.Keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k.Str() + "=" + valueText(m.Values[i]))
	}
	b.WriteByte('}')
	return b.String()
}

func (m offsetMap) missing(key string) error {
	return connectors.Errorf("Source partition %s is missing the '%s' key, which is required", m, key)
}

func (m offsetMap) invalid(key string, v batch.Value, why string) error {
	return connectors.Errorf("Source partition %s has an invalid value %s for the '%s' key, which %s", m, valueText(v), key, why)
}

// needText checks a text of a partition. Source: MirrorUtils.validateSourcePartitionString.
func (m offsetMap) needText(key string) error {
	v, ok := m.get(key)
	if !ok {
		return m.missing(key)
	}
	if v.Tag() != batch.TagString {
		return m.invalid(key, v, "must be a string")
	}
	return nil
}

// needPartition checks the number of a partition. Source: MirrorUtils.validateSourcePartitionPartition.
func (m offsetMap) needPartition() error {
	v, ok := m.get(partitionField)
	switch {
	case !ok:
		return m.missing(partitionField)
	case !integer(v) || v.Int() > 1<<31-1:
		return m.invalid(partitionField, v, "must be an integer")
	case int32(v.Int()) < 0:
		return m.invalid(partitionField, v, "cannot be negative")
	}
	return nil
}

// needOffset checks an offset in the partition m; zero says that it must be 0. Source: MirrorUtils.validateSourceOffset.
func (m offsetMap) needOffset(offset offsetMap, zero bool) error {
	v, ok := offset.get(offsetField)
	if !ok {
		return connectors.Errorf("Source offset %s for source partition %s is missing the '%s' key, which is required", offset, m, offsetField)
	}
	why := ""
	switch {
	case !integer(v):
		why = ", which must be an integer"
	case zero && v.Int() != 0:
		why = "; the only accepted value is 0"
	case !zero && v.Int() < 0:
		why = ", which cannot be negative"
	default:
		return nil
	}
	return connectors.Errorf("Source offset %s for source partition %s has an invalid value %s for the '%s' key%s", offset, m, valueText(v), offsetField, why)
}

// valueText is the text of what a JSON value becomes in Java.
func valueText(v batch.Value) string {
	switch v.Tag() {
	case batch.TagNull:
		return "null"
	case batch.TagString:
		return v.Str()
	case batch.TagBoolean:
		return strconv.FormatBool(v.Bool())
	case batch.TagFloat64:
		return string(java.AppendDouble(nil, v.Float()))
	case batch.TagMap:
		return offsetMap{v.Map()}.String()
	case batch.TagArray:
		texts := make([]string, len(v.Array()))
		for i, x := range v.Array() {
			texts[i] = valueText(x)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case batch.TagDecimal:
		return v.Decimal().Unscaled.String() // an integer that is too large
	}
	return strconv.FormatInt(v.Int(), 10)
}

func integer(v batch.Value) bool {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return true
	}
	return false
}
