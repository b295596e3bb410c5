package restscript

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// requestMax is how long one request may take: the worker gives up after 90 s.
const requestMax = 100 * time.Second

// waitMax is how long a wait step may take.
const waitMax = 60 * time.Second

// Target is the worker that a script is sent to.
type Target struct {
	Address   string   // host:port of its REST server
	Dir       string   // its data folder, ${dir}
	Bootstrap string   // brokers, ${bootstrap}
	Token     string   // unique on those brokers, ${run}: for topics, groups and sink connectors
	Peers     []string // addresses of the other workers of its cluster: answers may name them in its place
	Patient   bool     // what a rebalance of the worker's cluster refuses is asked again
}

// Answer is a response as it came, its body read to the end.
type Answer struct {
	Status int
	Proto  string
	Header http.Header
	Body   []byte
}

// Run sends all cases of s and hands each answer to got, which may stop the run with an error.
func (t Target) Run(ctx context.Context, s Script, got func(Case, Answer) error) error {
	for _, c := range s.Cases {
		a, err := t.send(ctx, c)
		if err == nil {
			err = got(c, a)
		}
		if err != nil {
			return fmt.Errorf("%s, line %d: %q: %w", s.Name, c.Line, c.Name, err)
		}
	}
	return nil
}

// Answers sends all cases of s and returns the answers in a comparable form, also those before an error.
func (t Target) Answers(ctx context.Context, s Script) (Golden, error) {
	var g Golden
	err := t.Run(ctx, s, func(c Case, a Answer) error {
		g = append(g, t.Normalise(c, a))
		return nil
	})
	return g, err
}

func (t Target) send(ctx context.Context, c Case) (Answer, error) {
	for _, s := range c.Steps {
		var err error
		switch {
		case s.Lines != nil:
			err = t.writeLines(*s.Lines)
		case s.Wait != nil:
			err = t.wait(ctx, *s.Wait)
		}
		if err != nil {
			return Answer{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, requestMax)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		a, err := t.do(ctx, c.Method, t.fill(c.Target), c.Headers, t.fill(c.Body))
		if err != nil || !t.Patient || !a.rebalancing() {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, nil
		case <-tick.C:
		}
	}
}

// rebalancing reports whether a says that nothing was done, because the cluster was about to distribute its
// work anew. Source: DistributedHerder.checkRebalanceNeeded, HerderRequestHandler.
func (a Answer) rebalancing() bool {
	switch a.Status {
	case http.StatusInternalServerError:
		return bytes.Contains(a.Body, []byte("because a rebalance is expected"))
	case http.StatusConflict:
		return bytes.Contains(a.Body, []byte("momentarily due to stale configuration"))
	}
	return false
}

func (t Target) writeLines(l Lines) error {
	var b bytes.Buffer
	for i := range l.N {
		fmt.Fprintf(&b, "line %d\n", i+1)
	}
	return os.WriteFile(filepath.Join(t.Dir, l.File), b.Bytes(), 0o644)
}

func (t Target) wait(ctx context.Context, w Wait) error {
	w.Target, w.Value = t.fill(w.Target), t.fill(w.Value)
	ctx, cancel := context.WithTimeout(ctx, waitMax)
	defer cancel()
	last := "no answer"
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		a, err := t.do(ctx, http.MethodGet, w.Target, nil, "")
		switch {
		case err == nil && w.holds(a):
			return nil
		case err == nil:
			last = fmt.Sprintf("%d %s", a.Status, a.Body)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not so after %v; the last answer is %s", w, waitMax, last)
		case <-tick.C:
		}
	}
}

// anyValue is the Value that any value is good for.
const anyValue = "*"

func (w Wait) holds(a Answer) bool {
	if w.Pointer == "" {
		return a.Status == w.Status
	}
	v, ok := parseJSON(a.Body)
	if !ok {
		return false
	}
	v, ok = at(v, w.Pointer)
	return ok && (w.Value == anyValue || scalarText(v) == w.Value)
}

// do sends one HTTP/1.1 request on a connection of its own. Nothing is checked or escaped: what the script
// says goes out.
func (t Target) do(ctx context.Context, method, target string, headers []string, body string) (Answer, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", t.Address)
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(requestMax)); err != nil {
		return Answer{}, err
	}
	if _, err := io.WriteString(conn, t.request(method, target, headers, body)); err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, target, err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, target, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, target, err)
	}
	return Answer{Status: resp.StatusCode, Proto: resp.Proto, Header: resp.Header, Body: text}, nil
}

func (t Target) request(method, target string, headers []string, body string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, target, t.Address)
	typed := false
	for _, h := range headers {
		typed = typed || strings.HasPrefix(strings.ToLower(h), "content-type:")
		if h != "Content-Type: none" {
			fmt.Fprintf(&b, "%s\r\n", t.fill(h))
		}
	}
	if body != "" && !typed {
		b.WriteString("Content-Type: application/json\r\n")
	}
	if body != "" || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.WriteString(body)
	return b.String()
}

func (t Target) fill(s string) string {
	for _, v := range t.variables() {
		s = strings.ReplaceAll(s, v[0], v[1])
	}
	return s
}

// unfill is the inverse of fill.
func (t Target) unfill(s string) string {
	for _, v := range t.variables() {
		if v[1] != "" {
			s = strings.ReplaceAll(s, v[1], v[0])
		}
	}
	for _, p := range t.Peers {
		s = strings.ReplaceAll(s, p, "${worker}")
	}
	return s
}

// variables are name and text, the texts that may hold others first.
func (t Target) variables() [][2]string {
	return [][2]string{{"${dir}", t.Dir}, {"${worker}", t.Address}, {"${bootstrap}", t.Bootstrap}, {"${run}", t.Token}}
}
