package rest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// Limits of what a worker asks another. A connection is given up before the other side does that: a Java worker
// after 30 s, ours after idleMax.
const (
	peerDialMax     = 10 * time.Second
	peerIdleMax     = 15 * time.Second
	peerConnsMax    = 4 // idle ones to a worker
	answerBytesMax  = 16 << 20
	peerUserAgent   = "kafka-connect"
	forwardErrorFmt = "IO Error trying to forward REST request: %s"
)

// Client asks the other workers of a cluster. Safe for concurrent use; Close gives its connections up.
// Source: RestClient.
type Client struct {
	log  *slog.Logger
	http *http.Client
}

var _ coord.Peers = (*Client)(nil)

// NewClient makes a client of the worker's properties: for https it uses the ssl.* keys under listeners.https.,
// if there are any, else the worker's. These are read with the first URL that needs them, so a worker without
// https needs none.
func NewClient(props map[string]string, log *slog.Logger) *Client {
	dialer := net.Dialer{Timeout: peerDialMax}
	secure := sync.OnceValues(func() (*tls.Config, error) { return clientTLS(props, mainPrefix) })
	transport := &http.Transport{
		DialContext: dialer.DialContext,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := secure()
			if err != nil {
				return nil, err
			}
			return (&tls.Dialer{NetDialer: &dialer, Config: c}).DialContext(ctx, network, address)
		},
		MaxIdleConnsPerHost: peerConnsMax, IdleConnTimeout: peerIdleMax, MaxResponseHeaderBytes: headerBytesMax,
		DisableCompression: true,
	}
	return &Client{log: log, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close gives up the connections that no request uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// peerRequest is a request to another worker.
type peerRequest struct {
	method string
	base   string // the other worker's URL
	path   string // escaped
	query  string
	body   []byte // JSON; nil is none
	header http.Header
}

// url joins the parts.
func (r peerRequest) url() (string, error) {
	base, err := url.Parse(r.base)
	switch {
	case err != nil:
		return "", err
	case base.Scheme != protocolHTTP && base.Scheme != protocolHTTPS || base.Host == "":
		return "", fmt.Errorf("the worker's URL %q is neither http nor https", r.base)
	}
	text := base.Scheme + "://" + base.Host + strings.TrimRight(base.EscapedPath(), "/") + r.path
	if r.query != "" {
		text += "?" + r.query
	}
	return text, nil
}

// peerAnswer is what another worker answered without an error.
type peerAnswer struct {
	status int
	body   json.RawMessage // nil: none
}

// do sends a request.
//
// Errors: *coord.RequestError, either the other worker's own or with status 500; ctx's when it ends.
// Source: RestClient.httpRequest.
func (c *Client) do(ctx context.Context, r peerRequest) (peerAnswer, error) {
	target, err := r.url()
	if err != nil {
		return peerAnswer{}, coord.Errorf(http.StatusInternalServerError, forwardErrorFmt, err)
	}
	a, err := c.send(ctx, r, target)
	switch {
	case err == nil:
		return a, nil
	case ctx.Err() != nil:
		return peerAnswer{}, fmt.Errorf("asking the worker at %s: %w", r.base, ctx.Err())
	}
	c.log.Warn("a request to another worker failed", "url", target, "method", r.method, "err", err)
	return peerAnswer{}, coord.AsRequestError(err)
}

func (c *Client) send(ctx context.Context, r peerRequest, target string) (peerAnswer, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	request, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return peerAnswer{}, coord.Errorf(http.StatusInternalServerError, forwardErrorFmt, err)
	}
	for name, values := range r.header {
		request.Header[name] = values
	}
	request.Header.Set("Accept", mediaJSON)
	request.Header.Set("User-Agent", peerUserAgent)
	if r.body != nil && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", mediaJSON)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return peerAnswer{}, coord.Errorf(http.StatusInternalServerError, forwardErrorFmt, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, answerBytesMax+1))
	switch {
	case err != nil:
		return peerAnswer{}, coord.Errorf(http.StatusInternalServerError, forwardErrorFmt, err)
	case len(text) > answerBytesMax:
		return peerAnswer{}, coord.Errorf(http.StatusInternalServerError, forwardErrorFmt, fmt.Sprintf("the answer of %s has more than %d bytes", r.base, answerBytesMax))
	}
	return peerAnswerOf(r.base, response.StatusCode, text)
}

// peerAnswerOf reads an answer.
func peerAnswerOf(base string, status int, text []byte) (peerAnswer, error) {
	text = bytes.TrimSpace(text)
	switch {
	case status == http.StatusNoContent:
		return peerAnswer{status: status}, nil
	case status >= http.StatusBadRequest:
		return peerAnswer{}, peerError(base, status, text)
	case status < http.StatusOK || status >= http.StatusMultipleChoices:
		return peerAnswer{}, coord.Errorf(http.StatusInternalServerError, "Unexpected status code when handling forwarded request: %d", status)
	case len(text) == 0:
		return peerAnswer{status: status}, nil
	case !json.Valid(text):
		return peerAnswer{}, coord.Errorf(http.StatusInternalServerError, forwardErrorFmt, fmt.Sprintf("the worker at %s answered %d with a body that is not JSON", base, status))
	}
	return peerAnswer{status: status, body: text}, nil
}

// peerError is the error that another worker answered: as it stands where it is an error object of Connect.
func peerError(base string, status int, text []byte) error {
	var m errorMessage
	if err := json.Unmarshal(text, &m); err != nil || m.Code == 0 {
		return coord.Errorf(http.StatusInternalServerError, forwardErrorFmt, fmt.Sprintf("the worker at %s answered %d and said nothing that can be read", base, status))
	}
	return coord.Errorf(status, "%s", m.Message)
}

// PutTaskConfigs implements coord.Peers. Source: DistributedHerder.publishConnectorTaskConfigs.
func (c *Client) PutTaskConfigs(ctx context.Context, base, connector string, configs []map[string]string, sign coord.SignFunc) error {
	if configs == nil {
		configs = []map[string]string{}
	}
	body, err := encode(configs)
	if err != nil {
		return coord.AsRequestError(err)
	}
	return c.internal(ctx, peerRequest{method: http.MethodPost, base: base, path: connectorPath(connector) + "/tasks", body: body}, sign)
}

// FenceZombies implements coord.Peers. Source: DistributedHerder.fenceZombieSourceTasks.
func (c *Client) FenceZombies(ctx context.Context, base, connector string, sign coord.SignFunc) error {
	return c.internal(ctx, peerRequest{method: http.MethodPut, base: base, path: connectorPath(connector) + "/fence"}, sign)
}

// internal sends what only workers ask each other. Source: InternalRequestSignature.addToRequest.
func (c *Client) internal(ctx context.Context, r peerRequest, sign coord.SignFunc) error {
	if sign != nil {
		s, err := sign(r.body)
		if err != nil {
			return coord.AsRequestError(err)
		}
		r.header = http.Header{}
		r.header.Set(group.SignatureHeader, base64.StdEncoding.EncodeToString(s.MAC))
		r.header.Set(group.AlgorithmHeader, s.Algorithm)
	}
	_, err := c.do(ctx, r)
	return err
}

// connectorPath is the escaped path of a connector.
func connectorPath(name string) string { return "/connectors/" + url.PathEscape(name) }
