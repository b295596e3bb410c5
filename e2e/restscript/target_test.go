package restscript

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

func target(t *testing.T, h http.HandlerFunc) Target {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return Target{Address: s.Listener.Addr().String(), Dir: t.TempDir(), Bootstrap: "b:1", Token: "tok7"}
}

func run(t *testing.T, target Target, text string) Golden {
	t.Helper()
	s, err := Parse("s", text)
	if err != nil {
		t.Fatal(err)
	}
	var g Golden
	err = target.Run(context.Background(), s, func(c Case, a Answer) error {
		g = append(g, target.Normalise(c, a))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestRun_FillsInAndPutsBack(t *testing.T) {
	target := target(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", r.Header.Get("Content-Type")+"; charset=utf-8")
		w.Header().Set("Location", "http://"+r.Host+r.RequestURI)
		w.WriteHeader(http.StatusCreated)
		if _, err := w.Write(body); err != nil {
			t.Error(err)
		}
	})
	g := run(t, target, "== a\nPOST /c/${run}\n{\"z\":\"${dir}/f\",\"a\":[\"${bootstrap}\",\"${run}\"],\"trace\":\"x\",\"last_modified\":5}\n")
	want := Expected{Case: "a", Status: 201, Type: "application/json", Location: "http://${worker}/c/${run}",
		Body: "{\n  \"a\": [\"${bootstrap}\", \"${run}\"],\n  \"last_modified\": \"<time>\",\n  \"trace\": \"<trace>\",\n  \"z\": \"${dir}/f\"\n}"}
	if g[0] != want {
		t.Errorf("got  %+v\nwant %+v", g[0], want)
	}
}

func TestRun_SendsTheRequestAsItStands(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			got <- err.Error()
			return
		}
		defer conn.Close()
		buf := make([]byte, 1<<12)
		n, err := conn.Read(buf)
		if err != nil {
			got <- err.Error()
			return
		}
		got <- string(buf[:n])
		fmt.Fprint(conn, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
	}()
	target := Target{Address: l.Addr().String(), Dir: t.TempDir()}
	g := run(t, target, "== a\nPUT /%zz/../ä\nContent-Type: none\n\n{cut\n")
	want := "PUT /%zz/../ä HTTP/1.1\r\nHost: " + target.Address + "\r\nConnection: close\r\nContent-Length: 4\r\n\r\n{cut"
	if have := <-got; have != want {
		t.Errorf("sent %q\nwant %q", have, want)
	}
	if g[0].Status != 400 || g[0].Type != "-" || g[0].Body != "" {
		t.Errorf("answer %+v", g[0])
	}
}

func TestRun_WaitsAndWritesLines(t *testing.T) {
	var asked atomic.Int32
	target := target(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" && asked.Add(1) > 2 {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprintf(w, `{"tasks":[{"state":"S%d"}]}`, asked.Add(1))
	})
	run(t, target, "== a\nlines f.txt 2\nwait /gone 404\nwait /x /tasks/0/state S9\nwait /x /tasks/0 *\nGET /\n")
	text, err := os.ReadFile(filepath.Join(target.Dir, "f.txt"))
	if err != nil || string(text) != "line 1\nline 2\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestTranscript_ShowsBothSides(t *testing.T) {
	target := target(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	var b bytes.Buffer
	s, err := Parse("s", "== a\nPOST /x\n{}\n")
	if err != nil {
		t.Fatal(err)
	}
	err = target.Run(context.Background(), s, func(c Case, a Answer) error { return target.WriteTranscript(&b, c, a) })
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"== a\n> POST /x HTTP/1.1\n", "> {}\n", "< HTTP/1.1 200\n", "<\nhello\n"} {
		if !bytes.Contains(b.Bytes(), []byte(part)) {
			t.Errorf("no %q in %q", part, b.String())
		}
	}
}

func TestAnswers_APatientTargetAsksAgainDuringARebalance(t *testing.T) {
	answers := []struct {
		status int
		body   string
	}{
		{409, `{"error_code":409,"message":"Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)"}`},
		{500, `{"error_code":500,"message":"Request cannot be completed because a rebalance is expected"}`},
		{409, `{"error_code":409,"message":"Connector a already exists"}`},
	}
	var asked int
	target := target(t, func(w http.ResponseWriter, _ *http.Request) {
		a := answers[asked%len(answers)]
		asked++
		w.WriteHeader(a.status)
		fmt.Fprint(w, a.body)
	})
	target.Patient = true
	s, err := Parse("s", "== a\nPOST /connectors\n{}\n")
	if err != nil {
		t.Fatal(err)
	}
	g, err := target.Answers(context.Background(), s)
	if err != nil || len(g) != 1 || asked != 3 || g[0].Status != 409 {
		t.Errorf("%v after %d requests, %v", g, asked, err)
	}
	target.Patient, asked = false, 0
	if g, err = target.Answers(context.Background(), s); err != nil || asked != 1 || g[0].Status != 409 {
		t.Errorf("%v after %d requests, %v", g, asked, err)
	}
}
