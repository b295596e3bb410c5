package signal

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/config"
)

func TestSignal_Request(t *testing.T) {
	s := Signal{ID: "1", Type: ExecuteSnapshot, Data: `{"data-collections": [" public.a ", "public.b.*"], "type": "INCREMENTAL", "surrogate-key": "code",
		"additional-conditions": [{"data-collection": "public.b.*", "filter": "n > 1"}, {"data-collection": "PUBLIC.A", "filter": "x"}]}`}
	r, err := s.Request()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Tables, []string{"public.a", "public.b.*"}) || r.Blocking || r.SurrogateKey != "code" {
		t.Errorf("%+v", r)
	}
	for table, want := range map[string]string{"public.b1": "n > 1", "public.a": "x", "public.c": ""} {
		if got, err := r.Filter(table); got != want || err != nil {
			t.Errorf("filter of %s: %q, %v", table, got, err)
		}
	}
	if ok, err := r.Matches("public.c", `"public"."b1"`, "public.b1"); !ok || err != nil {
		t.Errorf("public.b1 is not asked for: %v", err)
	}
	blocking := Signal{Type: ExecuteSnapshot, Data: `{"data-collections": ["a"], "type": "blocking"}`}
	if r, err := blocking.Request(); err != nil || !r.Blocking {
		t.Errorf("%+v, %v", r, err)
	}
	stop := Signal{Type: StopSnapshot}
	if r, err := stop.Request(); err != nil || r.Tables != nil {
		t.Errorf("%+v, %v", r, err)
	}
	for _, data := range []string{"", "{}", "[", `{"data-collections": []}`, `{"data-collections": [1]}`, `{"data-collections": ["a"], "type": "full"}`,
		`{"data-collections": ["a"], "additional-conditions": [{"data-collection": "a(", "filter": "x"}]}`} {
		bad := Signal{Type: ExecuteSnapshot, Data: data}
		if r, err := bad.Request(); err == nil {
			t.Errorf("%s passes as %+v", data, r)
		}
	}
}

func TestSignal_Message(t *testing.T) {
	s := Signal{Data: `{"message": "at {}"}`}
	if text, err := s.Message(); text != "at {}" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	s.Data = `{}`
	if _, err := s.Message(); err == nil {
		t.Error("a message is missing, and nobody says so")
	}
}

func TestClosing(t *testing.T) {
	s := Closing("1f-open")
	if s.ID != "1f-close" || !s.Watermark() {
		t.Errorf("%+v", s)
	}
}

func TestExpand(t *testing.T) {
	all := []string{"public.a", "public.b", "shop.a"}
	for _, c := range []struct{ ask, want []string }{
		{[]string{"public.a"}, []string{"public.a"}},
		{[]string{"public.*", "public.a"}, []string{"public.a", "public.b"}},
		{[]string{"shop.x", `.*\.a`}, []string{"shop.x", "public.a", "shop.a"}},
		{[]string{"PUBLIC.A"}, []string{"PUBLIC.A"}},
	} {
		if got, err := Expand(c.ask, all); !slices.Equal(got, c.want) || err != nil {
			t.Errorf("%q: %q, %v", c.ask, got, err)
		}
	}
	if _, err := Expand([]string{"a("}, all); err == nil {
		t.Error("a broken expression passes")
	}
}

// definition has the keys that connectors' definitions have.
func definition() *config.Def {
	d := config.NewDef()
	d.Define(config.Key{Name: "signal.data.collection", Type: config.List})
	d.Define(config.Key{Name: "signal.enabled.channels", Type: config.List, Default: "source"})
	d.Define(config.Key{Name: "signal.poll.interval.ms", Type: config.Long, Default: "5000"})
	return d
}

func parse(t *testing.T, pairs ...string) (*Settings, error) {
	t.Helper()
	props := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		props[pairs[i]] = pairs[i+1]
	}
	v, err := definition().Parse(props)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(v, "shop")
}

func TestParse(t *testing.T) {
	s, err := parse(t)
	if err != nil || s.Table != "" || s.Source || s.Topic != "" || s.File != "" || s.Every != 5*time.Second {
		t.Errorf("defaults: %+v, %v", s, err)
	}
	s, err = parse(t, "signal.data.collection", "public.signals", "signal.enabled.channels", "source,kafka,file", "signal.kafka.bootstrap.servers", "k:9092",
		"signal.consumer.security.protocol", "SSL", "signal.poll.interval.ms", "10", "signal.file", "/f")
	if err != nil {
		t.Fatal(err)
	}
	if s.Table != "public.signals" || !s.Source || s.Topic != "shop-signal" || s.Group != "kafka-signal" || s.File != "/f" || s.Every != 10*time.Millisecond {
		t.Errorf("%+v", s)
	}
	if s.consumer["security.protocol"] != "SSL" || s.consumer["bootstrap.servers"] != "k:9092" {
		t.Errorf("consumer: %v", s.consumer)
	}
	for _, bad := range [][]string{
		{"signal.enabled.channels", "jmx"}, {"signal.enabled.channels", "in-process"}, {"signal.enabled.channels", "mail"}, {"signal.enabled.channels", "kafka"},
		{"signal.data.collection", "a.b,c.d"}, {"signal.poll.interval.ms", "0"},
		{"signal.enabled.channels", "kafka", "signal.kafka.bootstrap.servers", "k:1", "signal.kafka.poll.timeout.ms", "-1"},
	} {
		if _, err := parse(t, bad...); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

// TestFile reads a file whose lines are removed, and leaves out what is no signal.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signals")
	var out strings.Builder
	s := &Settings{File: path, Every: time.Second}
	c, err := s.Open(slog.New(slog.NewTextHandler(&out, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1000, 0)
	if got := c.Read(t.Context(), now); got != nil {
		t.Errorf("no file, and %v", got)
	}
	text := `{"id":1,"type":"log","data":{"message": "a"}}` + "\n\n" + `{"id":"x"}` + "\nno\n" + `{"id":"2","type":"pause-snapshot","data":{}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.Read(t.Context(), now.Add(time.Second/2)); got != nil {
		t.Errorf("read before it is time: %v", got)
	}
	want := []Signal{{"1", Log, `{"message":"a"}`}, {"2", PauseSnapshot, "{}"}}
	if got := c.Read(t.Context(), now.Add(time.Second)); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if left, err := os.ReadFile(path); len(left) > 0 || err != nil {
		t.Errorf("left %q, %v", left, err)
	}
	if n := strings.Count(out.String(), "left out"); n != 2 {
		t.Errorf("%d lines were warned of: %s", n, out.String())
	}
	c.Commit(t.Context())
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
