package offset

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// part is a source partition; equal numbers are equal by content alone.
func part(n int) batch.Value {
	return mapOf(batch.StringValue("file"), batch.StringValue(fmt.Sprint(n)), batch.StringValue("server"), batch.Int64Value(1))
}

// at is a source offset.
func at(n int) batch.Value { return mapOf(batch.StringValue("pos"), batch.Int64Value(int64(n))) }

func mapOf(kv ...batch.Value) batch.Value {
	m := &batch.MapValue{}
	for i := 0; i < len(kv); i += 2 {
		m.Keys, m.Values = append(m.Keys, kv[i]), append(m.Values, kv[i+1])
	}
	return batch.MapValueOf(m)
}

// source is where the rows of a batch came from.
type source struct {
	list    []batch.Value
	of      []int32 // row -> partition
	offsets []int
}

func (s *source) Partition(i int) int32     { return s.of[i] }
func (s *source) Partitions() []batch.Value { return s.list }
func (s *source) Offset(i int) batch.Value  { return at(s.offsets[i]) }

// read turns what Take returned into partition -> offset.
func read(t testing.TB, c Committable) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for _, o := range c.Offsets {
		k := o.Partition.Map().Values[0].Str()
		if _, twice := out[k]; twice {
			t.Fatalf("partition %s twice in one Take", k)
		}
		out[k] = o.Offset.Map().Values[0].Int()
	}
	return out
}
