package moody

import (
	"context"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Source hands out words, once, as keys, values and headers.
func Source() *connectors.Class {
	return &connectors.Class{Name: "com.example.moody.MoodySource", TaskClass: "com.example.moody.MoodySourceTask", Version: version, Def: config.NewDef(),
		NewSource: func() connectors.SourceConnector { return &sourceConnector{} }}
}

type sourceConnector struct{ connector }

func (*sourceConnector) NewTask() connectors.SourceTask { return &source{} }

type source struct {
	tc    connectors.SourceTaskContext
	props map[string]string
	done  bool
}

func (s *source) Start(_ context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	s.tc, s.props = tc, props
	return nil
}

func (s *source) Poll(ctx context.Context) ([]*batch.Batch, error) {
	if s.done {
		<-ctx.Done()
		return nil, nil
	}
	s.done = true
	b := connectors.NewRecordBuilder(s.tc.Pool())
	text := batch.Of(batch.KindString, false)
	for n, word := range strings.Split(s.props["words"], ",") {
		value := word
		if word == "large" {
			value = strings.Repeat(word, 420)
		}
		ts := 1_700_000_000_000 + int64(n)
		err := b.Append(&connectors.Record{
			Topic: s.props["topic"], KeySchema: text, Key: batch.StringValue(word), ValueSchema: text, Value: batch.StringValue(value), Timestamp: &ts,
			Headers:         []batch.Header{{Key: "m", Decoded: true, Schema: text, Value: batch.StringValue(word)}},
			SourcePartition: one("moody", batch.StringValue("x")), SourceOffset: one("n", batch.Int64Value(int64(n))),
		})
		if err != nil {
			b.Discard()
			return nil, err
		}
	}
	return b.Finish(), nil
}

func (*source) Stop(context.Context) error { return nil }

func one(key string, v batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(key)}, Values: []batch.Value{v}})
}
