package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/coord"
)

// requestMax is how long a request may take. Source: RestServer.DEFAULT_REST_REQUEST_TIMEOUT_MS.
const requestMax = 90 * time.Second

// handlerFunc answers a request whose path, method and media types fit.
type handlerFunc func(context.Context, *call) (answer, error)

// handler serves the resources of one kind of listener.
type handler struct {
	*api
	resources resources
	headers   headerRules
	cors      *cors // nil: as without CORS, and any page may do everything
	gate      *gate
	peers     *Client       // nil where nothing is forwarded
	max       time.Duration // for a request
	// rebalanceWait is how long a request may wait for a rebalance to end before it is refused for it.
	rebalanceWait time.Duration
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	h.headers.apply(w.Header(), started)
	a, media := h.serve(w, r)
	if a.location != "" {
		w.Header().Set("Location", location(r, a.location))
	}
	h.write(w, a, media)
	h.logRequest(r, a, time.Since(started))
}

// serve answers a request; media is the type of the answer's body, "" where Connect names none: for what
// is decided before a method is chosen.
func (h *handler) serve(w http.ResponseWriter, r *http.Request) (a answer, media string) {
	if h.cors != nil && !h.cors.apply(w.Header(), r) {
		return errorAnswer(http.StatusForbidden, "A page of another site may not change anything here: access.control.allow.origin does not name it."), mediaJSON
	}
	if len(r.RequestURI) > urlBytesMax {
		return errorAnswer(http.StatusRequestURITooLong, "HTTP 414 URI Too Long"), ""
	}
	m := h.resources.find(r.URL.EscapedPath())
	if m == nil {
		return statusAnswer(http.StatusNotFound), ""
	}
	method := m.method(r.Method)
	switch {
	case method == nil && r.Method == http.MethodOptions:
		return h.options(w, r, m.resource)
	case method == nil:
		w.Header().Set("Allow", strings.Join(m.allow(), ",")) // HTTP asks for it
		return statusAnswer(http.StatusMethodNotAllowed), ""
	}
	body, ok := bodyMedia(r.Header)
	switch {
	case !ok:
		return errorAnswer(http.StatusBadRequest, "The header Content-Type cannot be read."), ""
	case method.json && body != "" && !mediaCompatible(body, mediaJSON):
		return statusAnswer(http.StatusUnsupportedMediaType), ""
	case !accepts(r.Header, mediaJSON):
		return statusAnswer(http.StatusNotAcceptable), ""
	}
	c := &call{api: h.api, resource: m.resource, r: r, media: body, params: m.params, query: parseQuery(r.URL.RawQuery)}
	if !method.open {
		var err error
		if c.access, err = h.gate.admit(r); err != nil {
			return h.gate.refusal(w.Header(), err), mediaJSON
		}
		if err := c.permitted(method); err != nil {
			return h.answerError(r.Context(), err), mediaJSON
		}
	}
	return h.call(w, r, method, c), mediaJSON
}

// permitted returns the error for who has not the role that a method needs.
func (c *call) permitted(m *method) error {
	switch {
	case m.scope == scopeNamed:
		return c.allowed(m.role, c.params)
	case m.scope == scopeSome && c.access.maySome(m.role), m.scope == scopeAll && c.access.mayAll(m.role):
		return nil
	case m.scope == scopeAll:
		return coord.Errorf(http.StatusForbidden, "%s may not %s this: it needs the role for all connectors.", c.access.who, m.role.verb())
	}
	return coord.Errorf(http.StatusForbidden, "%s may not %s connectors.", c.access.who, m.role.verb())
}

// allowed returns the error for who has not a role for the connector that is the first of names.
func (c *call) allowed(r role, names []string) error {
	if len(names) == 0 || c.access.may(r, names[0]) {
		return nil
	}
	return coord.Errorf(http.StatusForbidden, "%s may not %s connector %s.", c.access.who, r.verb(), names[0])
}

// call runs a method within the time that a request may take. What a client asked to change is done also
// when it does not wait for the answer, as in Connect.
func (h *handler) call(w http.ResponseWriter, r *http.Request, m *method, c *call) (a answer) {
	ctx := r.Context()
	if !reads(r.Method) {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, h.max)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			h.log.Error("panic while answering a request", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			a = errorAnswer(http.StatusInternalServerError, "The worker failed while it answered: its log says how.")
		}
	}()
	var err error
	if c.body, err = readBody(w, r); err == nil {
		a, err = h.here(ctx, m, c)
	}
	if err != nil {
		return h.answerError(ctx, err)
	}
	return a
}

// options answers OPTIONS: with the list as text, or without a body to who does not want text.
// Source: Jersey's OptionsMethodProcessor.
func (h *handler) options(w http.ResponseWriter, r *http.Request, of *resource) (answer, string) {
	allowed := of.allow()
	w.Header().Set("Allow", strings.Join(allowed, ","))
	if first := firstAccepted(r.Header); !mediaCompatible(strings.ToLower(mediaOnly(first)), mediaText) {
		return answer{body: plainText("")}, first
	}
	return answer{body: plainText(strings.Join(allowed, ", "))}, mediaText
}

// plainText is a body that is written as it is.
type plainText string

// statusAnswer is the error for a status that no handler chose, in Jersey's words.
func statusAnswer(status int) answer {
	return errorAnswer(status, fmt.Sprintf("HTTP %d %s", status, http.StatusText(status)))
}

// write sends an answer.
func (h *handler) write(w http.ResponseWriter, a answer, media string) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	header := w.Header()
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	text, ok := a.body.(plainText)
	body := []byte(text)
	if !ok {
		var err error
		if body, err = encode(a.body); err != nil {
			h.log.Error("an answer cannot be written as JSON", "err", err)
			a.status = http.StatusInternalServerError
			body, _ = encode(errorMessage{a.status, "The answer cannot be written: " + err.Error()})
		}
	}
	header["Content-Type"] = nil // none, and none guessed from the body
	if media != "" {
		header.Set("Content-Type", media)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // the client is gone, which its next request will tell it
}

// location is the absolute URL of a path, under the name that the client used; HTTP/1.0 need not name any.
func location(r *http.Request, path string) string {
	scheme, host := protocolHTTP, r.Host
	if r.TLS != nil {
		scheme = protocolHTTPS
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" {
		host = local.String()
	}
	return scheme + "://" + host + path
}

// reads says whether a method changes nothing.
func reads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// logRequest logs what changed something, and what failed, at info; the rest at debug.
func (h *handler) logRequest(r *http.Request, a answer, took time.Duration) {
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	level := slog.LevelInfo
	switch {
	case r.Context().Err() != nil: // nobody waits for the answer
	case status >= http.StatusInternalServerError && status != http.StatusServiceUnavailable:
		level = slog.LevelError
	case status >= http.StatusBadRequest:
	case reads(r.Method):
		level = slog.LevelDebug
	}
	if !h.log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("client", r.RemoteAddr), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", status), slog.Duration("took", took.Round(10*time.Microsecond)),
	}
	if e, ok := a.body.(errorMessage); ok {
		attrs = append(attrs, slog.String("err", e.Message))
	}
	h.log.LogAttrs(r.Context(), level, "REST request answered", attrs...)
}
