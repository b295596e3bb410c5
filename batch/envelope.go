package batch

// NoPartition says that a row has no partition of its own: the partitioner chooses.
const NoPartition int32 = -1

// NoTimestamp says that a row has no timestamp.
const NoTimestamp int64 = -1

// TimestampType is what a consumed record's timestamp means.
type TimestampType uint8

// The timestamp types.
const (
	NoTimestampType TimestampType = iota
	CreateTime
	LogAppendTime
)

// String returns Java's text, such as CreateTime.
func (t TimestampType) String() string {
	return [...]string{"NoTimestampType", "CreateTime", "LogAppendTime"}[t]
}

// Topics gives each row its topic: Names[Index[i]], or Names[0] for all rows when Index is nil.
type Topics struct {
	Names []string
	Index []int32
}

// OneTopic returns the Topics of rows that share one topic.
func OneTopic(name string) Topics { return Topics{Names: []string{name}} }

// At returns the topic of row i.
func (t *Topics) At(i int) string {
	if t.Index == nil {
		return t.Names[0]
	}
	return t.Names[t.Index[i]]
}

// Origin is where consumed rows came from, untouched by transforms.
type Origin struct {
	Topic     string
	Partition int32
}

// SourcePosition gives each row of a source batch its place in the source system. It is asked for few
// rows only (what is committed, what is reported), so an implementation may compute the answer.
type SourcePosition interface {
	// Partition returns the number of row i's source partition in Partitions.
	Partition(i int) int32
	// Partitions returns the source partitions of the batch: maps of primitives. Never written.
	Partitions() []Value
	// Offset returns the source offset of row i, a map of primitives, or null. It stays valid after
	// the batch was released.
	Offset(i int) Value
}
