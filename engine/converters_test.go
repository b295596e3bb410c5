package engine_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
)

// spied is the stock classes, made so that what they are configured with is remembered.
type spied struct {
	mu     sync.Mutex
	made   []string
	closed int
}

func (s *spied) classes() codec.Set {
	var out []*codec.Class
	for _, c := range append(primitive.Classes(), header.Classes()...) {
		n := *c
		if c.New != nil {
			n.New = func(props map[string]string, isKey bool) (codec.Converter, error) {
				s.note(c.Name, fmt.Sprintf("key=%t %v", isKey, props))
				conv, err := c.New(props, isKey)
				return spiedConverter{conv, s}, err
			}
		}
		if c.NewHeader != nil {
			n.NewHeader = func(props map[string]string) (codec.HeaderConverter, error) {
				s.note(c.Name, fmt.Sprint(props))
				conv, err := c.NewHeader(props)
				return spiedHeader{conv, s}, err
			}
		}
		out = append(out, &n)
	}
	return codec.NewSet(out...)
}

func (s *spied) note(class, props string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = append(s.made, class[len("org.apache.kafka.connect."):]+" "+props)
}

func (s *spied) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
}

type spiedConverter struct {
	codec.Converter
	s *spied
}

func (c spiedConverter) Close() error { c.s.close(); return c.Converter.Close() }

type spiedHeader struct {
	codec.HeaderConverter
	s *spied
}

func (c spiedHeader) Close() error { c.s.close(); return c.HeaderConverter.Close() }

func TestConverters_GetTheSettingsOfTheConfigThatNamesThem(t *testing.T) {
	var s spied
	set := sourceOf(&fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 1} }})
	set.Converters = s.classes()
	b := newBench(t, set, map[string]int32{"t": 1}, "key.converter.converter.encoding=UTF-16", "value.converter.converter.encoding=UTF-16")
	b.startTask("s", source("key.converter.converter.encoding=ASCII", "value.converter=StringConverter", "value.converter.converter.encoding=UTF-8"))
	b.await("s", 0, connectors.Running)
	if got := b.consume("t", 1)[0]; string(got.Value) != "v1" || len(got.Key) != 6 {
		t.Errorf("record is %q=%q", got.Key, got.Value)
	}
	b.stopTask("s")
	want := "[storage.StringConverter key=true map[converter.encoding:UTF-16] storage.StringConverter key=false map[converter.encoding:UTF-8] " +
		"storage.SimpleHeaderConverter map[converter.type:header]]"
	if fmt.Sprint(s.made) != want {
		t.Errorf("made are\n%v\nwant\n%s", s.made, want)
	}
	if s.closed != 3 {
		t.Errorf("%d converters were closed", s.closed)
	}
}

func TestConverters_ThatWereMadeAreClosedWhenAnotherFails(t *testing.T) {
	var s spied
	set := sourceOf(&fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 1} }})
	set.Converters = s.classes()
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startTask("s", source("value.converter=StringConverter", "value.converter.converter.encoding=NoSuch", "errors.tolerance=all"))
	b.await("s", 0, connectors.Failed)
	if s.closed != 1 {
		t.Errorf("%d converters were closed", s.closed)
	}
}

func TestTasks_CarryHeaders(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 1, record: func(r *connectors.Record, _ int64) {
			r.Headers = []batch.Header{{Key: "h", Decoded: true, Schema: batch.Of(batch.KindInt32, false), Value: batch.Int32Value(7)}}
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	if h := b.consume("t", 1)[0].Headers; len(h) != 1 || h[0].Key != "h" || string(h[0].Value) != "7" {
		t.Errorf("headers are %v", h)
	}
	b.stopTask("s")
}
