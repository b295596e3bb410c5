package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// forwardParam is the query parameter that workers add to what they forward: true on the first hop, false
// on the second and last one.
const forwardParam = "forward"

// waitTick is how often a request is tried that waits for a rebalance to end.
const waitTick = 50 * time.Millisecond

// here runs a method on this worker, or on the one that the herder names. As long as a rebalance goes on
// it tries again, until it has waited for rebalanceWait.
// Source: HerderRequestHandler.completeOrForwardRequest.
func (h *handler) here(ctx context.Context, m *method, c *call) (answer, error) {
	a, err := m.do(ctx, c)
	if !m.forwards || err == nil {
		return a, err
	}
	for until := time.Now().Add(h.rebalanceWait); rebalancing(err) && time.Now().Before(until); {
		if !connectors.Wait(ctx, waitTick) {
			return answer{}, ctx.Err()
		}
		if a, err = m.do(ctx, c); err == nil {
			return a, nil
		}
	}
	var elsewhere *coord.ElsewhereError
	if errors.As(err, &elsewhere) {
		return h.forward(ctx, c, elsewhere.URL)
	}
	return answer{}, err
}

// rebalancing says whether a request cannot be served just because of a rebalance.
func rebalancing(err error) bool {
	var elsewhere *coord.ElsewhereError
	return errors.As(err, &elsewhere) && elsewhere.URL == ""
}

// forward hands a request to the worker at base, where it may be forwarded once more, and answers what that
// answers.
func (h *handler) forward(ctx context.Context, c *call, base string) (answer, error) {
	flag, given := c.query[forwardParam]
	switch {
	case given && !strings.EqualFold(flag[0], "true"):
		h.log.Error("a request was forwarded twice and has not found its worker", "method", c.r.Method, "path", c.r.URL.Path)
		return answer{}, coord.Errorf(http.StatusConflict, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)")
	case base == "":
		return answer{}, coord.Errorf(http.StatusConflict, "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.")
	}
	h.log.Debug("forwarding a request", "method", c.r.Method, "path", c.r.URL.Path, "to", base)
	r := peerRequest{method: c.r.Method, base: base, path: c.path(), query: c.forwardQuery(!given), header: c.credentials()}
	if len(c.body) > 0 {
		r.body = c.body
	}
	p, err := h.peers.do(ctx, r)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: p.status}
	if p.body != nil {
		a.body = p.body
	}
	if p.status == http.StatusCreated {
		a.location = createdPath(p.body)
	}
	return a, nil
}

// credentials are the headers that say who asks, and go along: a user's authorization, or the signature of
// another worker, which holds for the same bytes.
func (c *call) credentials() http.Header {
	h := http.Header{}
	for _, name := range []string{"Authorization", group.SignatureHeader, group.AlgorithmHeader} {
		if values := c.r.Header.Values(name); len(values) > 0 {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	return h
}

// path is the escaped path of the request, its parameters escaped anew.
func (c *call) path() string {
	var b strings.Builder
	n := 0
	for _, segment := range c.resource.path {
		b.WriteByte('/')
		if strings.HasPrefix(segment, "{") {
			b.WriteString(url.PathEscape(c.params[n]))
			n++
			continue
		}
		b.WriteString(segment)
	}
	return b.String()
}

// forwardQuery is the query of a forwarded request: only a restart has parameters of its own.
func (c *call) forwardQuery(first bool) string {
	q := url.Values{forwardParam: {strconv.FormatBool(first)}}
	for _, name := range []string{"includeTasks", "onlyFailed"} {
		if _, given := c.query[name]; given {
			q.Set(name, strconv.FormatBool(c.query.boolean(name)))
		}
	}
	return q.Encode()
}

// createdPath is the path of the connector that an answer describes.
func createdPath(body []byte) string {
	var info struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(body, &info) != nil || info.Name == "" {
		return ""
	}
	return "/connectors/" + escapePath(info.Name)
}
