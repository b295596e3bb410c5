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
	"github.com/millrace/millrace/engine"
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
			n.New = func(props map[string]string, isKey bool, in codec.Context) (codec.Converter, error) {
				s.note(c.Name, fmt.Sprintf("key=%t %v", isKey, props))
				conv, err := c.New(props, isKey, in)
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

// A converter gets the worker's logger, and the guard of a worker that has one.
func TestConverters_GetWhatSurroundsThem(t *testing.T) {
	for _, guarded := range []bool{false, true} {
		var have []codec.Context
		of := primitive.Classes()[0]
		class := *of
		class.Name = "com.example.Told"
		class.New = func(props map[string]string, isKey bool, c codec.Context) (codec.Converter, error) {
			have = append(have, c)
			return of.New(props, isKey, c)
		}
		set := sourceOf(&fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 1} }})
		set.Converters = codec.NewSet(append(primitive.Classes(), append(header.Classes(), &class)...)...)
		b := newBench(t, set, map[string]int32{"t": 1})
		b.options.Guarded = guarded
		w, err := engine.NewWorker(b.options)
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.NewPipeline(t.Context(), source("value.converter="+class.Name))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if len(have) != 1 || have[0].Logger == nil || (have[0].Refuse != nil) != guarded {
			t.Fatalf("guarded %v: it gets %v", guarded, have)
		}
		if guarded && have[0].Refuse("169.254.169.254:80") == nil {
			t.Error("metadata of clouds is allowed")
		}
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
