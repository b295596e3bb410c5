package kerberos

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/types"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/kerberos"
)

// lookupMax bounds the look-up of a broker's name.
const lookupMax = 5 * time.Second

// Options say who logs in, and where.
type Options struct {
	ConfigFile  string // krb5.conf
	Service     string // first part of the brokers' principals
	Principal   string // name[/host][@REALM]; without a realm it is in the default one. Empty: whom the cache is for
	KeyTab      string // file; empty: none
	TicketCache string // file, which counts before the keytab; empty: none

	RenewWindow float64       // share of a ticket's life after which there is another login
	RenewJitter float64       // most of a ticket's life that is added to that by chance
	ReloginMin  time.Duration // least time between logins

	Log *slog.Logger
}

// Mechanism is SASL's GSSAPI for one client.
type Mechanism struct {
	o    Options
	conf *config.Config
	keys *keytab.Keytab // nil: none
	name types.PrincipalName

	mu       sync.Mutex // guards what follows
	client   *client.Client
	grant    *grant
	renewAt  time.Time
	loggedIn time.Time // when the last login was tried
}

var _ sasl.ClosingMechanism = (*Mechanism)(nil)

// New reads krb5.conf and the keytab, and asks nobody. The caller closes the result.
//
// Errors: *Error.
func New(o Options) (*Mechanism, error) {
	conf, err := readConfig(o.ConfigFile)
	if err != nil {
		return nil, &Error{Text: "Kerberos: " + err.Error()}
	}
	m := &Mechanism{o: o, conf: conf}
	name, realm, _ := strings.Cut(o.Principal, "@")
	m.name, _ = types.ParseSPNString(name)
	if realm != "" {
		m.conf.LibDefaults.DefaultRealm = realm
	}
	if o.KeyTab == "" {
		return m, nil
	}
	if m.realm() == "" {
		return nil, &Error{Text: fmt.Sprintf("Kerberos: the principal %s has no realm, and %s no default_realm: add either", o.Principal, o.ConfigFile)}
	}
	if m.keys, err = loadKeytab(o.KeyTab); err != nil {
		return nil, &Error{Text: "Kerberos: keytab: " + err.Error()}
	}
	return m, nil
}

func loadKeytab(path string) (*keytab.Keytab, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return parseKeytab(path, text)
}

// parseKeytab reads a keytab; what the library stumbles over is none.
func parseKeytab(path string, text []byte) (keys *keytab.Keytab, err error) {
	defer func() {
		if recover() != nil {
			keys, err = nil, fmt.Errorf("%s is no keytab", path)
		}
	}()
	keys = &keytab.Keytab{}
	if err := keys.Unmarshal(text); err != nil {
		return nil, fmt.Errorf("%s is no keytab: %w", path, err)
	}
	return keys, nil
}

// Name is GSSAPI.
func (*Mechanism) Name() string { return "GSSAPI" }

// User is what brokers make of the principal unless they have rules of their own: its first part. Empty without an
// option principal. Source: KerberosShortNamer, whose rule is DEFAULT.
func (m *Mechanism) User() string {
	if m.o.Principal == "" {
		return ""
	}
	return m.name.NameString[0]
}

// Authenticate begins the exchange with a broker at host:port. Errors: *Error.
func (m *Mechanism) Authenticate(ctx context.Context, address string) (sasl.Session, []byte, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, err
	}
	host = serverName(ctx, host)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.login(time.Now()); err != nil {
		return nil, nil, err
	}
	auth := kerberos.Auth{Client: m.client, Service: m.o.Service, PersistAfterAuth: true}
	session, token, err := auth.AsMechanism().Authenticate(ctx, net.JoinHostPort(host, port))
	if err != nil {
		return nil, nil, m.explain(err, m.o.Service+"/"+host)
	}
	return session, token, nil
}

// Close forgets the tickets.
func (m *Mechanism) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.client != nil {
		m.client.Destroy()
		m.client = nil
	}
}

// login sees to it that there is a ticket, a fresh one where the last nears its end. While that one is good, a login
// that fails is put off. Source: KerberosLogin.login.
func (m *Mechanism) login(now time.Time) error {
	good := m.client != nil && now.Before(m.grant.end)
	if good && (now.Before(m.renewAt) || now.Sub(m.loggedIn) < m.o.ReloginMin) {
		return nil
	}
	m.loggedIn = now
	fresh, err := m.obtain(now)
	if err == nil {
		err = m.use(fresh)
	}
	if err == nil {
		return nil
	}
	if good {
		m.o.Log.Warn("kerberos login failed, the last ticket goes on", "principal", m.principal(), "until", m.grant.end, "err", err)
		return nil
	}
	return err
}

// obtain returns a ticket: that of the cache, renewed if it nears its end, else one for the key of the keytab.
// Source: Krb5LoginModule.attemptAuthentication, KerberosLogin (which runs kinit -R).
func (m *Mechanism) obtain(now time.Time) (*grant, error) {
	var missing error
	if m.o.TicketCache != "" {
		g, err := m.cached(now)
		if err == nil || m.keys == nil {
			return g, err
		}
		missing = err
	}
	g, err := fromKeytab(m.conf, m.keys, m.name, m.realm())
	if err != nil {
		e := m.explain(err, "")
		if missing != nil {
			e.Text += ". Before, of the ticket cache: " + missing.Error()
		}
		return nil, e
	}
	return g, nil
}

func (m *Mechanism) cached(now time.Time) (*grant, error) {
	g, err := fromCache(m.o.TicketCache)
	if err != nil {
		return nil, &Error{Text: "Kerberos: ticket cache: " + err.Error() + ". Fetch a ticket with kinit"}
	}
	who := g.name.PrincipalNameString() + "@" + g.realm
	if m.o.Principal != "" && who != m.principal() {
		return nil, &Error{Text: fmt.Sprintf("Kerberos: the ticket in %s is for %s, and the option principal says %s: correct it, or fetch a ticket for it with kinit", m.o.TicketCache, who, m.principal())}
	}
	if !now.Before(g.end) {
		return nil, &Error{Text: fmt.Sprintf("Kerberos: the ticket of %s in %s has expired at %s: fetch one with kinit", who, m.o.TicketCache, g.end.UTC().Format(time.RFC3339))}
	}
	if now.After(m.windowEnd(g, 0)) && now.Before(g.renews) {
		if longer, err := g.renewed(m.conf); err == nil {
			return longer, nil
		}
	}
	return g, nil
}

// use takes a ticket in place of the last.
func (m *Mechanism) use(g *grant) error {
	c, err := g.client(m.conf)
	if err != nil {
		return m.explain(err, "")
	}
	if m.client != nil {
		m.client.Destroy()
	}
	m.client, m.grant = c, g
	m.renewAt = m.windowEnd(g, rand.Float64()*m.o.RenewJitter)
	return nil
}

// windowEnd is when the window of a ticket is over, in which it is used without a thought of the next one.
// Source: KerberosLogin.getRefreshTime.
func (m *Mechanism) windowEnd(g *grant, jitter float64) time.Time {
	return g.start.Add(time.Duration(float64(g.end.Sub(g.start)) * (m.o.RenewWindow + jitter)))
}

// principal is who logs in, with the realm.
func (m *Mechanism) principal() string {
	switch {
	case m.o.Principal != "":
		return m.name.PrincipalNameString() + "@" + m.realm()
	case m.grant != nil:
		return m.grant.name.PrincipalNameString() + "@" + m.grant.realm
	}
	return "the ticket cache"
}

func (m *Mechanism) realm() string { return m.conf.LibDefaults.DefaultRealm }

// keyPlace is the file that the client's identity is from.
func (m *Mechanism) keyPlace() string {
	if m.keys != nil {
		return m.o.KeyTab
	}
	return m.o.TicketCache
}

// serverName is the host in the principal of a broker: an address is looked up, and a short name made full where the
// system knows it so. Source: SaslChannelBuilder (InetAddress.getHostName), sun.security.krb5.PrincipalName.
func serverName(ctx context.Context, host string) string {
	ctx, cancel := context.WithTimeout(ctx, lookupMax)
	defer cancel()
	if net.ParseIP(host) != nil {
		if names, err := net.DefaultResolver.LookupAddr(ctx, host); err == nil && len(names) > 0 {
			return strings.ToLower(strings.TrimSuffix(names[0], "."))
		}
		return host
	}
	host = strings.ToLower(host)
	if strings.Contains(host, ".") {
		return host
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return host
	}
	for _, a := range addresses {
		names, err := net.DefaultResolver.LookupAddr(ctx, a)
		if err == nil && len(names) > 0 && strings.HasPrefix(strings.ToLower(names[0]), host+".") {
			return strings.ToLower(strings.TrimSuffix(names[0], "."))
		}
	}
	return host
}
