package errant

// Stage is what was being done with a row when it failed. Source: errors.Stage.
type Stage uint8

// The stages, in Java's order.
const (
	TaskPoll Stage = iota
	TaskPut
	Transformation
	KeyConverter
	ValueConverter
	HeaderConverter
	KafkaProduce
	KafkaConsume
)

var stageNames = [...]string{
	"TASK_POLL", "TASK_PUT", "TRANSFORMATION", "KEY_CONVERTER", "VALUE_CONVERTER", "HEADER_CONVERTER",
	"KAFKA_PRODUCE", "KAFKA_CONSUME",
}

// String returns Java's name, as dead letter headers and logs show it.
func (s Stage) String() string { return stageNames[s] }

// RowError is the failure of one row: where in the task, and in which class.
type RowError struct {
	Row   int32
	Stage Stage
	Class string // Java class that was executing
	Err   error
}

// Error returns the text of the cause.
func (e *RowError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }
