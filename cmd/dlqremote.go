package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/millrace/millrace/engine/deadletter"
)

const (
	// letterAskMax is for an answer to a question about letters: a worker answers any within 90 seconds.
	letterAskMax = 100 * time.Second
	// replayAskEvery is how often a running worker is asked how far its replay is.
	replayAskEvery = 500 * time.Millisecond
)

// remoteDesk has a running worker look at the dead letters of one of its connectors.
type remoteDesk struct {
	base   *url.URL // /connectors/NAME/dlq, with a password where the user gave one
	client *http.Client
}

var _ letterDesk = (*remoteDesk)(nil)

func newRemoteDesk(worker, connector string) (*remoteDesk, error) {
	u, err := url.Parse(worker)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("--worker %q: want the URL of a worker, as in http://localhost:8083", worker)
	}
	return &remoteDesk{base: u.JoinPath("connectors", url.PathEscape(connector), "dlq"), client: &http.Client{Timeout: letterAskMax, Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true,
	}}}, nil
}

func (d *remoteDesk) close(context.Context) {}

// ask sends a request with a body, if there is one, and reads the answer.
func (d *remoteDesk) ask(ctx context.Context, method, path string, options map[string]string, body, into any) error {
	u := d.base
	if path != "" {
		u = u.JoinPath(path)
	}
	if len(options) > 0 {
		q := url.Values{}
		for name, text := range options {
			q.Set(name, text)
		}
		with := *u
		with.RawQuery = q.Encode()
		u = &with
	}
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(text))
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it is read, or of no use any more
	answer, err := io.ReadAll(io.LimitReader(resp.Body, restBytesMax))
	if err != nil {
		return fmt.Errorf("%s: %w", u.Redacted(), err)
	}
	if resp.StatusCode/100 != 2 {
		return &workerRefusal{url: u.Redacted(), status: resp.Status, code: resp.StatusCode, answer: answer}
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s: the answer is not that of a millrace worker: %w", u.Redacted(), err)
	}
	return nil
}

// workerRefusal is an answer of a worker that says no.
type workerRefusal struct {
	url, status string
	code        int
	answer      []byte
}

func (r *workerRefusal) Error() string {
	var said struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(r.answer, &said) == nil && said.Message != "" {
		return fmt.Sprintf("%s: %s: %s", r.url, r.status, said.Message)
	}
	return fmt.Sprintf("%s: %s: %.200s", r.url, r.status, r.answer)
}

func (d *remoteDesk) list(ctx context.Context, options map[string]string) (*letterList, error) {
	out := &letterList{}
	return out, d.ask(ctx, http.MethodGet, "", options, nil, out)
}

func (d *remoteDesk) show(ctx context.Context, place string) (*shownLetter, error) {
	out := &shownLetter{}
	return out, d.ask(ctx, http.MethodGet, "letters/"+url.PathEscape(place), nil, nil, out)
}

func (d *remoteDesk) explain(ctx context.Context, place string) (*explainedLetter, error) {
	out := &explainedLetter{}
	return out, d.ask(ctx, http.MethodGet, "letters/"+url.PathEscape(place)+"/explain", nil, nil, out)
}

// replay has the worker replay, and follows it. When ctx ends the worker is told to end it.
func (d *remoteDesk) replay(ctx context.Context, options map[string]string, told func(deadletter.Tally, int64)) (deadletter.Tally, error) {
	var s replayStanding
	if err := d.ask(ctx, http.MethodPost, "replay", nil, options, &s); err != nil {
		return s.Tally, err
	}
	started := s.Started
	for s.State == replayRunning {
		if err := waitFor(ctx, replayAskEvery); err != nil {
			return d.cancel(ctx, s.Tally, err)
		}
		var now replayStanding
		if err := d.ask(ctx, http.MethodGet, "replay", nil, nil, &now); err != nil {
			if ctx.Err() != nil {
				return d.cancel(ctx, s.Tally, err)
			}
			var refused *workerRefusal
			if errors.As(err, &refused) && refused.code == http.StatusNotFound {
				err = errors.New("the worker knows of no replay any more: it was started anew, or another worker answers at this address")
			}
			return s.Tally, err
		}
		if !now.Started.Equal(started) {
			return s.Tally, errors.New("another replay of the connector runs on the worker")
		}
		s = now
		told(s.Tally, s.Letters)
	}
	if s.Error != "" {
		return s.Tally, errors.New(s.Error)
	}
	return s.Tally, nil
}

// cancel tells the worker to end the replay, since of err.
func (d *remoteDesk) cancel(ctx context.Context, t deadletter.Tally, err error) (deadletter.Tally, error) {
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), restAskMax)
	defer end()
	var s replayStanding
	return t, errors.Join(err, d.ask(ctx, http.MethodDelete, "replay", nil, nil, &s))
}
