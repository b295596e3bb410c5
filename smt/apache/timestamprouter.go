package apache

import (
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/datetext"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

func timestampRouterClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "topic.format", Type: config.String, Default: "${topic}-${timestamp}", Importance: config.High,
			Doc: "Format string which can contain <code>${topic}</code> and <code>${timestamp}</code> as placeholders for the topic and timestamp, respectively.",
		}).
		Define(config.Key{
			Name: "timestamp.format", Type: config.String, Default: "yyyyMMdd", Importance: config.High,
			Doc: "Format string for the timestamp that is compatible with <code>java.text.SimpleDateFormat</code>.",
		})
	return single("TimestampRouter", def, func(v *config.Values) (smt.Transform, error) {
		pattern := v.String("timestamp.format")
		t := &timestampRouter{topicFormat: v.String("topic.format"), unit: patternUnit(pattern)}
		// The original compiles the pattern at the first record, so a bad one fails every record.
		t.format, t.bad = datetext.New(pattern, nil, time.Now())
		return transform(t), nil
	})
}

// timestampRouter makes topics of topics and timestamps. Source: TimestampRouter.
type timestampRouter struct {
	topicFormat string
	format      *datetext.Format
	bad         error
	unit        int64 // milliseconds in which the text stays the same
}

// patternUnit returns the unit of the smallest field that a pattern writes, in milliseconds.
func patternUnit(pattern string) int64 {
	unit := int64(millisPerDay)
	for i, part := range strings.Split(pattern, "'") {
		if i%2 == 1 {
			continue // quoted
		}
		for _, c := range part {
			switch c {
			case 'a', 'H', 'k', 'K', 'h':
				unit = min(unit, 3_600_000)
			case 'm':
				unit = min(unit, 60_000)
			case 's':
				unit = min(unit, 1000)
			case 'S':
				unit = 1
			}
		}
	}
	return unit
}

// topic returns the topic for a time whose text is given.
func (t *timestampRouter) topic(name, timestamp string) string {
	return strings.ReplaceAll(strings.ReplaceAll(t.topicFormat, "${topic}", name), "${timestamp}", timestamp)
}

// effect: a record without timestamp is told as a whole.
func (t *timestampRouter) effect() smt.Effect {
	all := smt.Access{Form: smt.Looked, Reads: []smt.Path{{}}}
	return smt.Effect{Key: all, Value: all, Headers: smt.Reads, Topic: smt.Reads | smt.Writes, Partition: smt.Reads, Timestamp: smt.Reads, Offset: smt.Reads}
}

func (t *timestampRouter) record(r smt.Record) (smt.Record, bool, error) {
	if r.Timestamp == batch.NoTimestamp {
		return r, false, noTimestamp(r.Row)
	}
	if t.bad != nil {
		return r, false, t.bad
	}
	if lacksTopic(r.Row) {
		return r, false, noTopicToQuote()
	}
	r.Topic = t.topic(r.Topic, string(t.format.Append(nil, r.Timestamp)))
	return r, true, nil
}

func noTimestamp(r batch.Row) error {
	return dataError("Timestamp missing on record: " + recordText(r))
}

// noTopicToQuote is what a record without topic meets.
func noTopicToQuote() error {
	return exception(nullPointerException, `Cannot invoke "String.indexOf(int)" because "s" is null`)
}

func (t *timestampRouter) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	if len(b.Topics.Names) == 0 {
		return nil, false
	}
	rows := columnar.Listed(b, columnar.Live(b))
	if b.Timestamps == nil || t.bad != nil {
		for _, i := range rows {
			if err := t.bad; b.Row(i).Timestamp() != batch.NoTimestamp {
				b.Status.Fail(i, b.Len(), err)
			} else {
				b.Status.Fail(i, b.Len(), noTimestamp(b.Row(i)))
			}
		}
		return nil, true
	}
	var names columnar.TopicNames
	index := mem.Zeroed[int32](&b.Arena, b.Len())
	var of, period int64
	var from, to int32 // the last answer: topic number from in that period became number to
	known := false
	for _, i := range rows {
		ts := b.Timestamps[i]
		if ts == batch.NoTimestamp {
			b.Status.Fail(i, b.Len(), noTimestamp(b.Row(i)))
			continue
		}
		topic := int32(0)
		if b.Topics.Index != nil {
			topic = b.Topics.Index[i]
		}
		if period = floorDiv(ts, t.unit); !known || period != of || topic != from {
			text := string(t.format.Append(nil, ts))
			of, from, to, known = period, topic, names.Number(t.topic(b.Row(i).Topic(), text)), true
		}
		index[i] = to
	}
	if len(names.Names) == 0 {
		return nil, true
	}
	if len(names.Names) == 1 {
		index = nil
	}
	b.Topics = batch.Topics{Names: names.Names, Index: index}
	return nil, true
}

func floorDiv(n, d int64) int64 {
	q := n / d
	if n%d < 0 {
		q--
	}
	return q
}
