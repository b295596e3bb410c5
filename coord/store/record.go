package store

import (
	"fmt"
	"time"
)

// Record is a record of an internal topic, as it was read or is to be written. A nil key or value is null.
// What is to be written has neither position nor time.
type Record struct {
	Key, Value []byte
	Partition  int32
	Offset     int64
	Timestamp  time.Time
}

// RecordError says why a record of an internal topic was passed over. What was read before stays in force.
type RecordError struct {
	Key       string
	Partition int32
	Offset    int64
	Why       string
}

// Error names the record's place and key, and the fault.
func (e *RecordError) Error() string {
	return fmt.Sprintf("record at offset %d of partition %d, key %.200q: %s", e.Offset, e.Partition, e.Key, e.Why)
}

// bad returns the error of a record.
func (r *Record) bad(format string, args ...any) error {
	return &RecordError{Key: string(r.Key), Partition: r.Partition, Offset: r.Offset, Why: fmt.Sprintf(format, args...)}
}
