package rest

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/internal/logs"
)

var rewrite = flag.Bool("rewrite", false, "write the answers of the files in testdata anew")

func leakFree(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer makes a server of properties on a free port of the loopback; it does not serve.
func newServer(t testing.TB, props map[string]string, change ...func(*Options)) *Server {
	t.Helper()
	all := map[string]string{"listeners": "http://127.0.0.1:0"}
	for k, v := range props {
		all[k] = v
	}
	o := Options{Properties: all, Log: slog.New(slog.DiscardHandler), Version: "4.3.1", Commit: "abc"}
	for _, c := range change {
		c(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.WithoutCancel(t.Context())); err != nil { // it has ended by now
			t.Error(err)
		}
	})
	return s
}

// newLoggers has a few loggers, the last change of one of which is known.
func newLoggers() *logs.Registry {
	r := logs.New(io.Discard, logs.Options{Now: func() time.Time { return time.UnixMilli(1_700_000_000_000) }})
	for _, name := range []string{"org.a", "org.a.X", "org.b"} {
		r.Logger(name)
	}
	r.SetLevel("org.b", "OFF")
	return r
}

// reply is an answer, read to its end.
type reply struct {
	code   int
	proto  string
	header http.Header
	body   string
}

func readReply(t testing.TB, resp *http.Response) reply {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Proto, resp.Header, string(body)}
}

// ask sends one request to the regular listeners as it would come from a socket.
func ask(t testing.TB, s *Server, request string) reply {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request)))
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	r.RemoteAddr = "192.0.2.1:1234"
	w := httptest.NewRecorder()
	s.servers[0].Handler.ServeHTTP(w, r.WithContext(t.Context()))
	return readReply(t, w.Result())
}

// exchange is one request of a file in testdata and the answer that stands there.
type exchange struct {
	name, request, answer string
}

// readExchanges reads a file: "== name", the request line, headers, an empty line and the body if there is
// one, "----", the answer.
func readExchanges(t testing.TB, file string) (head string, all []exchange) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split("\n"+string(text), "\n== ")
	for _, part := range parts[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		request, answer, _ := strings.Cut(rest, "\n----\n")
		all = append(all, exchange{name, strings.TrimRight(request, "\n"), strings.TrimRight(answer, "\n")})
	}
	return strings.TrimLeft(parts[0], "\n"), all
}

// wire makes a request of its short form: Host and the length of the body are added, and JSON as the media
// type of a body that has none.
func (e exchange) wire() string {
	head, body, _ := strings.Cut(e.request, "\n\n")
	lines := strings.Split(head, "\n")
	lines[0] += " HTTP/1.1"
	lines = append(lines, "Host: worker:8083", fmt.Sprintf("Content-Length: %d", len(body)))
	if body != "" && !strings.Contains(strings.ToLower(head), "content-type:") {
		lines = append(lines, "Content-Type: application/json")
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

// TestAnswers compares the answers to the requests in testdata, and what the herder was asked.
func TestAnswers(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			head, all := readExchanges(t, file)
			var out strings.Builder
			out.WriteString(head)
			for _, e := range all {
				got := e.run(t)
				fmt.Fprintf(&out, "\n== %s\n%s\n----\n%s\n", e.name, e.request, got)
				if got != e.answer && !*rewrite {
					t.Errorf("%s: %s\nis answered by\n%s\nnot\n%s", e.name, e.request, got, e.answer)
				}
			}
			if *rewrite {
				if err := os.WriteFile(file, []byte(strings.TrimLeft(out.String(), "\n")), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func (e exchange) run(t *testing.T) string {
	t.Helper()
	s := newServer(t, nil)
	s.handler.max = 10 * time.Millisecond // of the slow connector; nothing is compared with the clock
	h := &fakeHerder{health: coord.Health{Ready: true, Live: true}, stage: "The worker is currently asking the leader, which began at 2026-01-01T00:00:00Z."}
	s.Ready(h, newLoggers())
	got := ask(t, s, e.wire())
	media := got.header.Get("Content-Type")
	if media == "" {
		media = "-"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s\n", got.code, media)
	for _, name := range []string{"Location", "Allow"} {
		if v := got.header.Get(name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	if got.body != "" {
		fmt.Fprintf(&b, "%s\n", got.body)
	}
	for _, a := range h.asked {
		fmt.Fprintf(&b, "herder: %s\n", a)
	}
	return strings.TrimRight(b.String(), "\n")
}
