package errant

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// LogReporter writes every failed row to the log, in Java's words. Source: LogReporter.
type LogReporter struct {
	ID       connectors.TaskID
	Logger   *slog.Logger
	Messages bool // errors.log.include.messages
	Source   bool // the task is a source: rows are shown as source records
	Metrics  Metrics
}

var _ Reporter = (*LogReporter)(nil)

// Report logs the row.
func (l *LogReporter) Report(_ context.Context, b *batch.Batch, e *RowError) connectors.Report {
	l.Logger.Error(l.Text(b, e), "connector", l.ID.Connector, "task", l.ID.Task, "err", Trace(e.Err))
	if l.Metrics != nil {
		l.Metrics.Logged(1)
	}
	return nil
}

// Text returns the message that Java logs. b may be nil without Messages.
func (l *LogReporter) Text(b *batch.Batch, e *RowError) string {
	s := make([]byte, 0, 256)
	s = append(s, "Error encountered in task "...)
	s = append(s, l.ID.String()...)
	s = append(s, ". Executing stage '"...)
	s = append(s, e.Stage.String()...)
	s = append(s, "' with class '"...)
	s = append(s, e.Class...)
	s = append(s, '\'')
	if l.Messages {
		if l.Source {
			s = append(s, ", where source record is = "...)
			s = appendSourceRecord(s, b, int(e.Row))
		} else {
			s = append(s, ", where consumed record is "...)
			s = appendConsumed(s, b, int(e.Row))
		}
	}
	return string(append(s, '.'))
}

// Close does nothing.
func (l *LogReporter) Close() error { return nil }

// appendConsumed writes a consumed record's coordinates. Source: LogReporter.Sink.appendMessage.
func appendConsumed(s []byte, b *batch.Batch, row int) []byte {
	s = append(s, "{topic='"...)
	s = append(s, b.Origin.Topic...)
	s = append(s, "', partition="...)
	s = strconv.AppendInt(s, int64(b.Origin.Partition), 10)
	s = append(s, ", offset="...)
	s = strconv.AppendInt(s, b.Offsets[row], 10)
	if b.TimestampType != batch.NoTimestampType {
		s = append(s, ", timestamp="...)
		ts := batch.NoTimestamp
		if b.Timestamps != nil {
			ts = b.Timestamps[row]
		}
		s = strconv.AppendInt(s, ts, 10)
		s = append(s, ", timestampType="...)
		s = append(s, b.TimestampType.String()...)
	}
	return append(s, '}')
}
