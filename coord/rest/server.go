package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// Limits of a connection. Reading takes no longer than readMax, so a slow client holds nothing for long.
const (
	readMax  = 30 * time.Second
	writeMax = requestMax + readMax
	idleMax  = 60 * time.Second
)

// Options are what a Server is made of.
type Options struct {
	// Properties are the worker's, ${…} variables resolved.
	Properties map[string]string
	Log        *slog.Logger
	// Version and Commit are what GET / says: the release of Connect that clients take the worker for, and
	// the build.
	Version, Commit string
	// Metrics serves GET /metrics on the regular listeners, also while the worker starts; nil: no such path.
	Metrics http.Handler
	// JAAS is the path of the JAAS configuration file that BasicAuthSecurityRestExtension reads, "" = none.
	// Java takes it from the system property java.security.auth.login.config.
	JAAS string
	// Watchdog says which tasks make no progress, for GET /connectors/{connector}/health; nil: nobody does.
	Watchdog coord.Watchdog
	// Letters looks at dead letters, for /connectors/{connector}/dlq; nil: nobody does.
	Letters Letters
}

// Server is the REST server of a worker. Make one with New, and end it with Stop also when it never served.
type Server struct {
	log       *slog.Logger
	listeners []*listener
	servers   [2]*http.Server // of the regular and of the admin listeners
	advertise *url.URL

	handler handler // what all handlers share
	tracking
	version, commit string
	signed          bool // workers' requests are refused without a signature
	metrics         http.Handler
	watchdog        coord.Watchdog
	letters         Letters
	admin           adminMode
	main, adminOnly atomic.Pointer[http.Handler] // nil until Ready

	serving sync.WaitGroup
}

// tracking says what topic.tracking.* allow.
type tracking struct{ enabled, reset bool }

// adminMode says where the admin resources are served.
type adminMode uint8

const (
	adminOnMain  adminMode = iota // admin.listeners is not set
	adminNowhere                  // it is empty
	adminApart                    // it names listeners of their own
)

// New checks the properties and binds the ports.
//
// Errors: *config.ConfigException for what is wrong in the properties; "Unable to initialize REST server"
// with the cause for a port that cannot be had. Nothing stays bound then.
// Source: RestServer, RestServer.initializeServer.
func New(o Options) (*Server, error) {
	v, err := Def().Parse(o.Properties)
	if err != nil {
		return nil, err
	}
	s := &Server{log: o.Log, version: o.Version, commit: o.Commit, metrics: o.Metrics, watchdog: o.Watchdog, letters: o.Letters}
	if err := s.configure(v, o); err != nil {
		return nil, err
	}
	ad, err := newAdvertisement(v)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := s.bind(ctx, o.Properties); err != nil {
		return nil, errors.Join(err, closeAll(s.listeners))
	}
	s.advertise = ad.url(s.listeners, func() string { return ownAddress(ctx, os.Hostname) })
	if err := s.checkOpen(v.String(securityKey)); err != nil {
		return nil, errors.Join(err, closeAll(s.listeners))
	}
	s.servers[0] = s.server(&s.main)
	s.servers[1] = s.server(&s.adminOnly)
	return s, nil
}

// configure reads everything that needs no port.
func (s *Server) configure(v *config.Values, o Options) (err error) {
	if err := s.parseListeners(v); err != nil {
		return err
	}
	cross, err := newCORS(v.String("access.control.allow.origin"), v.String("access.control.allow.methods"))
	if err != nil {
		return err
	}
	if cross.any && v.String(securityKey) == strict {
		return config.InvalidValue("access.control.allow.origin", "*", "millrace.rest.security=strict does not let pages of any site change something here: name the sites")
	}
	s.handler = handler{
		cors: &cross, max: requestMax, peers: NewClient(o.Properties, o.Log),
		rebalanceWait: time.Duration(v.Int64(rebalanceWaitKey)) * time.Millisecond,
	}
	s.signed = v.String(securityKey) == strict
	if s.handler.headers, err = parseHeaderRules(v.String(headersKey)); err != nil {
		return err
	}
	if s.handler.gate, err = newGate(v, o.JAAS, s.log); err != nil {
		return err
	}
	for key, to := range map[string]*bool{"topic.tracking.enable": &s.enabled, "topic.tracking.allow.reset": &s.reset} {
		text, ok := o.Properties[key]
		if !ok {
			text = "true"
		}
		on, err := config.ParseText(key, text, config.Boolean)
		if err != nil {
			return err
		}
		*to, _ = on.(bool)
	}
	return nil
}

func (s *Server) parseListeners(v *config.Values) error {
	for _, text := range v.List("listeners") {
		l, err := parseListener("listeners", text)
		if err != nil {
			return err
		}
		s.listeners = append(s.listeners, l)
	}
	admin, ok := v.OptList("admin.listeners")
	switch {
	case !ok:
		s.admin = adminOnMain
	case len(admin) == 0:
		s.admin = adminNowhere
	default:
		s.admin = adminApart
	}
	for _, text := range admin {
		l, err := parseListener("admin.listeners", text)
		if err != nil {
			return err
		}
		l.admin = true
		s.listeners = append(s.listeners, l)
	}
	return nil
}

// bind takes all ports. The settings of TLS are read once for each kind of listener.
func (s *Server) bind(ctx context.Context, props map[string]string) error {
	secure := map[string]*tls.Config{}
	for _, l := range s.listeners {
		prefix := mainPrefix
		if l.admin {
			prefix = adminPrefix
		}
		if l.protocol == protocolHTTPS && secure[prefix] == nil {
			c, err := serverTLS(props, prefix)
			if err != nil {
				return err
			}
			secure[prefix] = c
		}
		var c *tls.Config
		if l.protocol == protocolHTTPS {
			c = secure[prefix]
			l.auth = c.ClientAuth
		}
		if err := l.bind(ctx, c); err != nil {
			return connectors.Errorf("Unable to initialize REST server: listener %s: %w", l.text, err)
		}
		s.log.Info("REST listener bound", "listener", l.text, "address", l.Addr().String(), "admin", l.admin)
	}
	return nil
}

// server makes the HTTP server of one kind of listeners.
func (s *Server) server(ready *atomic.Pointer[http.Handler]) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if h := ready.Load(); h != nil {
				(*h).ServeHTTP(w, r)
				return
			}
			s.serveEarly(w, r, ready == &s.main)
		}),
		ReadHeaderTimeout: readMax, ReadTimeout: readMax, WriteTimeout: writeMax, IdleTimeout: idleMax,
		MaxHeaderBytes: headerBytesMax,
		ErrorLog:       slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// serveEarly answers before Ready.
func (s *Server) serveEarly(w http.ResponseWriter, r *http.Request, main bool) {
	if main && s.isMetrics(r) {
		s.serveMetrics(w, r)
		return
	}
	serveStarting(w, r)
}

// serveMetrics answers who may see all connectors.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	c := call{r: r}
	var err error
	if c.access, err = s.handler.gate.admit(r); err != nil {
		s.handler.write(w, s.handler.gate.refusal(w.Header(), err), mediaText)
		return
	}
	if err := c.permitted(&method{role: roleView, scope: scopeAll}); err != nil {
		s.handler.write(w, errorAnswer(http.StatusForbidden, err.Error()), mediaJSON)
		return
	}
	s.metrics.ServeHTTP(w, r)
}

// isMetrics says whether a request is for the metrics, which Connect has not under HTTP.
func (s *Server) isMetrics(r *http.Request) bool {
	return s.metrics != nil && r.URL.Path == "/metrics" && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// Serve starts to answer and returns at once.
func (s *Server) Serve() {
	for _, l := range s.listeners {
		server := s.servers[0]
		if l.admin {
			server = s.servers[1]
		}
		s.serving.Go(func() {
			if err := server.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
				s.log.Error("REST listener ended: the API is not reachable there any more", "listener", l.text, "err", err)
			}
		})
	}
	s.log.Info("REST server listening", "advertised_url", s.URL())
}

// Ready brings the herder and the loggers: from now on the API answers.
// Source: RestServer.initializeResources.
func (s *Server) Ready(herder coord.Herder, loggers coord.Loggers) {
	a := &api{
		herder: herder, loggers: loggers, log: s.log, version: s.version, commit: s.commit,
		topicTracking: s.enabled, topicReset: s.reset, signed: s.signed, watchdog: s.watchdog, letters: s.letters, peers: s.handler.peers, self: s.advertise,
	}
	main := s.handler
	main.api, main.resources = a, a.mainResources()
	if s.admin == adminOnMain {
		main.resources = append(main.resources, a.adminResources()...)
	}
	// CORS, headers and extensions are the regular listeners' alone.
	admin := handler{api: a, resources: a.adminResources(), cors: s.handler.cors.withoutOrigins(), gate: s.handler.gate.forAdmin(), max: s.handler.max}
	s.adminOnly.Store(asHandler(&admin))
	s.main.Store(asHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.isMetrics(r) {
			s.serveMetrics(w, r)
			return
		}
		main.ServeHTTP(w, r)
	})))
	// The text is Connect's: tools wait for it.
	s.log.Info("REST resources initialized; server is started and ready to handle requests")
}

func asHandler(h http.Handler) *http.Handler { return &h }

// Peers asks the other workers of the cluster. It is good until Stop.
func (s *Server) Peers() *Client { return s.handler.peers }

// Stop ends all listeners, waits for the requests in progress until ctx ends, and cuts those off that are
// left.
func (s *Server) Stop(ctx context.Context) error {
	var errs []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	s.handler.peers.Close()
	_ = closeAll(s.listeners) // those that served are closed already; the others have no connections
	s.serving.Wait()
	return errors.Join(errs...)
}

// Addresses are the addresses of the listeners, regular ones first, in the order of the config.
func (s *Server) Addresses() []string {
	out := make([]string, len(s.listeners))
	for i, l := range s.listeners {
		out[i] = l.Addr().String()
	}
	return out
}

// URL is the URL that other workers and clients are told, with a slash at its end.
// Source: RestServer.advertisedUrl.
func (s *Server) URL() string { return s.advertise.String() }

// WorkerID is the host and port of the URL: the worker_id in statuses.
func (s *Server) WorkerID() string { return s.advertise.Host }
