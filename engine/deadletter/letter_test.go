package deadletter

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// headers reads name=value texts.
func headers(list ...string) (out []kgo.RecordHeader) {
	for _, h := range list {
		key, value, _ := strings.Cut(h, "=")
		out = append(out, kgo.RecordHeader{Key: key, Value: []byte(value)})
	}
	return out
}

// died is the headers of a letter of the connector orders.
func died(stage, exception, offset string) []kgo.RecordHeader {
	return headers("own=1", "__connect.errors.topic=orders", "__connect.errors.partition=2", "__connect.errors.offset="+offset, "__connect.errors.connector.name=orders",
		"__connect.errors.task.id=0", "__connect.errors.stage="+stage, "__connect.errors.class.name=org.apache.kafka.connect.transforms.Cast$Value",
		"__connect.errors.exception.class.name="+exception, "__connect.errors.exception.message=why", "__connect.errors.exception.stacktrace=x.E: a\n\tat b\nCaused by: y.F\nCaused by: z.G: c\n\tat d")
}

func TestParseLetter(t *testing.T) {
	r := &kgo.Record{Topic: "dead", Partition: 1, Offset: 9, Key: []byte("k"), Headers: append(died("PREVIOUS", "x.Old", "5"), died("TRANSFORMATION", "org.apache.kafka.connect.errors.DataException", "7")...)}
	l := ParseLetter(r)
	want := Cause{Connector: "orders", Task: "0", Stage: "TRANSFORMATION", Class: "org.apache.kafka.connect.transforms.Cast$Value", Exception: "org.apache.kafka.connect.errors.DataException"}
	if l.Cause != want || l.Message != "why" || l.root() != "z.G: c" || !l.HasOrigin || l.Origin != (Place{"orders", 2, 7}) || l.FromSource {
		t.Errorf("%+v", l)
	}
	if len(l.Headers) != 2 || l.Headers[0].Key != "own" || l.Place() != "1@9" || l.Refusal("orders") != "" {
		t.Errorf("%+v", l)
	}
	rec := l.Record()
	if rec.Topic != "orders" || rec.Partition != 2 || rec.Offset != 7 || string(rec.Key.Bytes) != "k" || rec.Value.Bytes != nil || len(rec.Headers) != 2 {
		t.Errorf("%+v", rec)
	}
}

func TestLetter_Refusal(t *testing.T) {
	for name, c := range map[string]struct {
		headers []kgo.RecordHeader
		says    string
	}{
		"no headers":        {nil, "does not say where it was consumed"},
		"offset no number":  {died("PUT", "x", "seven"), "a source polled it"},
		"of a source":       {headers("__connect.errors.topic=lines", "__millrace.errors.source.offset={}"), "a source polled it"},
		"of another's sink": {append(died("PUT", "x", "7"), headers("__connect.errors.connector.name=other")...), `of connector "other"`},
	} {
		t.Run(name, func(t *testing.T) {
			if why := ParseLetter(&kgo.Record{Headers: c.headers}).Refusal("orders"); !strings.Contains(why, c.says) {
				t.Errorf("%q, want %q", why, c.says)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	var g Groups
	for i, stage := range []string{"TRANSFORMATION", "VALUE_CONVERTER", "VALUE_CONVERTER"} {
		g.Add(ParseLetter(&kgo.Record{Offset: int64(i), Timestamp: time.UnixMilli(int64(100 - i)), Headers: died(stage, "x.E", "7")}))
	}
	list := g.List()
	if len(list) != 2 || list[0].Stage != "VALUE_CONVERTER" || list[0].Count != 2 || list[0].Example != "0@1" || list[0].First.UnixMilli() != 98 || list[0].Last.UnixMilli() != 99 || list[1].Count != 1 {
		t.Errorf("%+v", list)
	}
}

func TestFilter(t *testing.T) {
	l := ParseLetter(&kgo.Record{Key: []byte("k"), Timestamp: time.UnixMilli(1000), Headers: died("TRANSFORMATION", "org.apache.kafka.connect.errors.DataException", "7")})
	for name, c := range map[string]struct {
		f    Filter
		want bool
	}{
		"all":              {Filter{}, true},
		"stage":            {Filter{Stage: "transformation"}, true},
		"another stage":    {Filter{Stage: "TASK_PUT"}, false},
		"simple exception": {Filter{Exception: "DataException"}, true},
		"full exception":   {Filter{Exception: "org.apache.kafka.connect.errors.DataException"}, true},
		"part of a name":   {Filter{Exception: "Exception"}, false},
		"nested class":     {Filter{Class: "Cast$Value"}, true},
		"inner class":      {Filter{Class: "Value"}, true},
		"key":              {Filter{Key: "k", HasKey: true}, true},
		"empty key":        {Filter{HasKey: true}, false},
		"from then":        {Filter{Since: time.UnixMilli(1000)}, true},
		"before then":      {Filter{Until: time.UnixMilli(1000)}, false},
		"offsets":          {Filter{Origin: &Range{"orders", 2, 7, 7}}, true},
		"other offsets":    {Filter{Origin: &Range{"orders", 2, 8, 9}}, false},
		"other partition":  {Filter{Origin: &Range{"orders", 1, 0, 9}}, false},
	} {
		if got := c.f.Match(l); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
