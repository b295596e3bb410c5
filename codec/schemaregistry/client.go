package schemaregistry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	contentType = "application/vnd.schemaregistry.v1+json"
	// answerBytesMax bounds an answer; servers refuse schemas far below that.
	answerBytesMax = 64 << 20
	codeUnparsed   = 50005
)

// client speaks to one of several servers of a registry: to the last that answered. Safe for concurrent use.
// Source: RestService, RetryExecutor, UrlList.
type client struct {
	urls    []*url.URL // without user part
	users   []*url.Userinfo
	current atomic.Int32
	http    *http.Client
	auth    credentials
	headers http.Header // of every request
	timeout time.Duration
	retry   backoff
	log     *slog.Logger
	// ctx ends what waits when the converter is closed.
	ctx    context.Context
	cancel context.CancelFunc
	wait   func(context.Context, time.Duration) error
}

// backoff is RetryExecutor: full jitter below a ceiling that doubles.
type backoff struct {
	retries     int
	first, most time.Duration
}

// delay is the wait after the attempt of the given number, counted from 0.
func (b backoff) delay(attempt int) time.Duration {
	ceil := b.most
	if shift := min(attempt, 30); b.first < b.most>>shift {
		ceil = b.first << shift
	}
	if ceil < time.Millisecond {
		return 0
	}
	return time.Duration(rand.Int64N(ceil.Milliseconds())+1) * time.Millisecond
}

// call sends a request and reads the answer into out. path is escaped and starts with a slash; body nil is none.
//
// Errors: *answer where the registry says no, *ioError where there is no answer.
func (c *client) call(method, path string, body []byte, out any) error {
	for n := 1; ; n++ {
		at := c.current.Load()
		err := c.retried(method, int(at), path, body, out)
		if err == nil || !failover(err) {
			return err
		}
		if len(c.urls) > 1 {
			c.log.Warn("registry does not answer; trying the next", "url", c.urls[at].String(), "err", err)
			c.current.CompareAndSwap(at, (at+1)%int32(len(c.urls)))
		}
		if n == len(c.urls) {
			return err
		}
	}
}

// failover reports whether another server may do better. Source: RestService.isNonRetriableException.
func failover(err error) bool {
	var no *answer
	if errors.As(err, &no) {
		return no.retriable()
	}
	var cut *ioError
	return errors.As(err, &cut) && cut.network
}

// retried asks one server until it answers, or max.retries is used up.
func (c *client) retried(method string, at int, path string, body []byte, out any) error {
	for attempt := 0; ; attempt++ {
		err := c.once(method, at, path, body, out)
		if err == nil {
			return nil
		}
		var no *answer
		if errors.As(err, &no) && !no.retriable() || attempt >= c.retry.retries || c.ctx.Err() != nil {
			return err
		}
		if c.wait(c.ctx, c.retry.delay(attempt)) != nil {
			return err
		}
	}
}

// once sends the request once. Source: RestService.sendHttpRequest.
func (c *client) once(method string, at int, path string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(c.ctx, c.timeout)
	defer cancel()
	base := c.urls[at]
	target := base.Scheme + "://" + base.Host + trimSlash(base.EscapedPath()) + path
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, content)
	if err != nil {
		return ioText("%s is no URL of a registry", base)
	}
	for k, v := range c.headers {
		req.Header[k] = v
	}
	if err := c.auth.add(ctx, req, c.users[at]); err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return network(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, answerBytesMax+1))
	switch {
	case err != nil:
		return network(err)
	case len(text) > answerBytesMax:
		return ioText("the registry's answer is larger than %d bytes", answerBytesMax)
	case res.StatusCode == http.StatusNoContent:
		return nil
	case res.StatusCode == http.StatusOK, res.StatusCode == http.StatusMultiStatus:
		if err := json.Unmarshal(text, out); err != nil {
			return ioText("the registry's answer is not what %s %s gives: %s", method, req.URL.Path, err)
		}
		return nil
	}
	return refusal(res.StatusCode, text)
}

// refusal reads the body of an answer that says no.
func refusal(status int, text []byte) *answer {
	if len(text) == 0 {
		return &answer{status: status, code: codeUnparsed, text: "Error"}
	}
	var m struct {
		Code    int    `json:"error_code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(text, &m) != nil {
		const most = 1000
		return &answer{status: status, code: codeUnparsed,
			text: fmt.Sprintf("Unable to parse error message from schema registry: '(%s)'", text[:min(len(text), most)])}
	}
	return &answer{status: status, code: m.Code, text: m.Message}
}

func trimSlash(path string) string {
	if n := len(path); n > 0 && path[n-1] == '/' {
		return path[:n-1]
	}
	return path
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
