package schemaregistry

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

// recorded is what io.confluent.connect.avro.AvroConverter asked for two records of one schema, without what the JDK's
// client adds to headers by itself.
type recorded struct {
	Case, Op, Topic string
	Key             bool
	Config          map[string]string
	Requests        []struct {
		Method, Path, Body string
		Headers            map[string]string
	}
}

// since70 are the ways in which 8.5, which this package follows, differs from the recorded 7.0.16.
func since70(c *recorded) {
	reqs := &c.Requests
	for i := range *reqs {
		r := &(*reqs)[i]
		r.Headers["Confluent-Accept-Unknown-Properties"] = "true"
		r.Headers["Confluent-Client-Version"] = "millrace"
		if r.Body != "" { // the type is sent for Avro, too
			r.Body = `{"schemaType":"AVRO",` + strings.TrimPrefix(r.Body, "{")
		}
	}
	switch c.Case {
	case "latest", "configured id": // the id of what was just fetched is not looked up
		*reqs = (*reqs)[:1]
	case "token": // the headers that say whose token it is
		(*reqs)[0].Headers["target-sr-cluster"], (*reqs)[0].Headers["Confluent-Identity-Pool-Id"] = "lsrc-1", "pool-1"
	case "read as the latest": // what to read as is asked for
		latest := (*reqs)[0]
		latest.Path = "/subjects/t-value/versions/latest"
		*reqs = slices.Insert(*reqs, 1, latest)
	}
}

// TestRequests_AsRecorded replays the original's requests: method, path, headers and body, members in order.
func TestRequests_AsRecorded(t *testing.T) {
	file, err := os.Open("testdata/requests-7.0.16.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const text = `{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"int"}],"connect.name":"n.R"}`
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var c recorded
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		since70(&c)
		t.Run(c.Case, func(t *testing.T) {
			s := newServer(t)
			s.wrong = func(_ int, w http.ResponseWriter, r *http.Request) bool {
				out, _ := json.Marshal(map[string]any{"id": 1, "version": 3, "schema": text})
				if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/versions") {
					out = []byte(`{"id":1}`)
				}
				_, _ = w.Write(out)
				return true
			}
			var pairs []string
			for k, v := range c.Config {
				pairs = append(pairs, k, v)
			}
			r := open(t, s.URL, Options{Key: c.Key, RecordName: recordNameOf}, pairs...)
			for range 2 {
				if c.Op == "write" {
					if _, err := r.Write(c.Topic, schema(text)); err != nil {
						t.Fatal(err)
					}
					continue
				}
				d, err := r.Read(c.Topic, ID{Number: 1, HasNumber: true})
				if err == nil {
					_, err = r.Version(d)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			seen := s.take()
			if len(seen) != len(c.Requests) {
				t.Fatalf("asked %+v", seen)
			}
			for i, want := range c.Requests {
				got := seen[i]
				if got.call != want.Method+" "+want.Path || got.body != want.Body {
					t.Errorf("%s %s\nwant %s %s\n%s", got.call, got.body, want.Method, want.Path, want.Body)
				}
				for _, own := range []string{"Accept-Encoding", "Content-Length", "User-Agent"} {
					got.header.Del(own)
				}
				for k, v := range want.Headers {
					if got.header.Get(k) != v {
						t.Errorf("header %s: %q, want %q", k, got.header.Get(k), v)
					}
					got.header.Del(k)
				}
				if len(got.header) > 0 {
					t.Errorf("headers that the original does not send: %v", got.header)
				}
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// FuzzAnswer: whatever a server answers, there is a result or an error of a class.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"id":1,"schema":"\"int\""}`, `{"error_code":40401,"message":"no"}`, `[]`, `{"id":1e99}`, `{"schema":7}`, `null`, ``,
		`{"schema":"x","references":[{"name":"a","subject":"b","version":1}],"ruleSet":{"domainRules":7},"metadata":{"properties":{"confluent:version":"x"}}}`} {
		f.Add(200, []byte(s))
		f.Add(404, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		r, err := tryOpen("mock://x", Options{Mocks: NewMocks()}, keyMaxRetries, "0")
		if err != nil {
			t.Fatal(err)
		}
		r.client.http.Transport = inProcess{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(max(200, min(status, 599)))
			_, _ = io.Copy(w, strings.NewReader(string(body)))
		})}
		check := func(ok bool, err error) {
			if _, named := err.(interface{ JavaClass() string }); err != nil && !named || err == nil && !ok {
				t.Errorf("%d %s: %v", status, body, err)
			}
		}
		w, err := r.Write("t", schema(`"int"`))
		check(w != nil, err)
		d, err := r.Read("t", ID{Number: 1, HasNumber: true})
		check(d != nil, err)
		if err == nil {
			_, err = r.Version(d)
			check(true, err)
			_, err = r.Resolve(d.Schema)
			check(true, err)
		}
	})
}
