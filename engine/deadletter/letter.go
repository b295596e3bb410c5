package deadletter

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/explain"
)

// Letter is one dead letter.
type Letter struct {
	Topic     string // the dead letter topic
	Partition int32
	Offset    int64
	Timestamp time.Time // of the record that died

	Cause
	Message, Trace string

	// Origin is where the record was consumed. HasOrigin is false where headers were not written
	// (errors.deadletterqueue.context.headers.enable), and for letters of sources.
	Origin    Place
	HasOrigin bool

	// FromSource: a source polled the record. Position and formats are as its task wrote them.
	FromSource                    bool
	SourcePartition, SourceOffset string
	KeyFormat, ValueFormat        string // "": as the connector's converter writes
	DestinationTopic              string // of a source's record

	Key, Value []byte             // nil: null
	Headers    []kgo.RecordHeader // of the record itself
}

// Place is a record's place in Kafka.
type Place struct {
	Topic     string
	Partition int32
	Offset    int64
}

// String is topic-partition@offset.
func (p Place) String() string { return fmt.Sprintf("%s-%d@%d", p.Topic, p.Partition, p.Offset) }

// compare orders places by topic, partition and offset.
func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Topic, q.Topic), cmp.Compare(p.Partition, q.Partition), cmp.Compare(p.Offset, q.Offset))
}

// ParseLetter reads a record of a dead letter topic. Where a header stands twice the last one counts: a record may
// have died before. Source: DeadLetterQueueReporter.populateContextHeaders.
func ParseLetter(r *kgo.Record) *Letter {
	l := &Letter{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp, Key: r.Key, Value: r.Value}
	said := map[string]string{}
	for _, h := range r.Headers {
		if strings.HasPrefix(h.Key, errant.HeaderPrefix) || strings.HasPrefix(h.Key, errant.OwnHeaderPrefix) {
			said[h.Key] = string(h.Value)
			continue
		}
		l.Headers = append(l.Headers, h)
	}
	l.Cause = Cause{Connector: said[errant.HeaderConnector], Task: said[errant.HeaderTask], Stage: said[errant.HeaderStage],
		Class: said[errant.HeaderClass], Exception: said[errant.HeaderException]}
	l.Message, l.Trace = said[errant.HeaderMessage], said[errant.HeaderStacktrace]
	l.SourcePartition, l.SourceOffset = said[errant.HeaderSourcePartition], said[errant.HeaderSourceOffset]
	l.KeyFormat, l.ValueFormat = said[errant.HeaderKeyFormat], said[errant.HeaderValueFormat]
	topic := said[errant.HeaderTopic]
	partition, perr := strconv.ParseInt(said[errant.HeaderPartition], 10, 32)
	offset, oerr := strconv.ParseInt(said[errant.HeaderOffset], 10, 64)
	switch {
	case topic != "" && perr == nil && oerr == nil:
		l.Origin, l.HasOrigin = Place{topic, int32(partition), offset}, true
	case topic != "":
		l.FromSource, l.DestinationTopic = true, topic
	}
	return l
}

// Place is partition@offset in the dead letter topic.
func (l *Letter) Place() string { return fmt.Sprintf("%d@%d", l.Partition, l.Offset) }

// size is the bytes of key and value.
func (l *Letter) size() int { return len(l.Key) + len(l.Value) }

// Record is the record as the connector consumed it, for a Runner.
func (l *Letter) Record() *explain.Record {
	r := &explain.Record{Topic: l.Origin.Topic, Partition: l.Origin.Partition, Offset: l.Origin.Offset, Timestamp: batch.NoTimestamp,
		Key: explain.Datum{Bytes: l.Key}, Value: explain.Datum{Bytes: l.Value}}
	if ms := l.Timestamp.UnixMilli(); ms >= 0 {
		r.Timestamp = ms
	}
	for _, h := range l.Headers {
		r.Headers = append(r.Headers, explain.HeaderDatum{Name: h.Key, Datum: explain.Datum{Bytes: h.Value}})
	}
	return r
}

// Refusal says why a letter cannot go through the chain of the named sink again; "" if it can.
func (l *Letter) Refusal(connector string) string {
	switch {
	case l.FromSource:
		return "a source polled it: it has no place in a topic to go back to; let the source read its position again"
	case !l.HasOrigin:
		return "it does not say where it was consumed: errors.deadletterqueue.context.headers.enable was not true when it died"
	case l.Connector != connector:
		return fmt.Sprintf("it is a letter of connector %q", l.Connector)
	}
	return ""
}

// root is the last cause that the stack trace names.
func (l *Letter) root() string {
	const causedBy = "\nCaused by: "
	i := strings.LastIndex(l.Trace, causedBy)
	if i < 0 {
		return ""
	}
	line, _, _ := strings.Cut(l.Trace[i+len(causedBy):], "\n")
	return line
}
