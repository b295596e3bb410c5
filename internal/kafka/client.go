package kafka

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Clients makes clients. The zero value is ready to use.
type Clients struct {
	Logger *slog.Logger // nil: the client library says nothing
	// OAuthURLs are the token endpoints that sasl.oauthbearer.token.endpoint.url may name; none by default.
	// Source: system property org.apache.kafka.sasl.oauthbearer.allowed.urls.
	OAuthURLs []string
	// Strict keeps clients from fetching tokens from addresses of the link and of clouds' metadata.
	Strict bool
	// LoginConfig is the path of a JAAS file whose context KafkaClient counts where sasl.jaas.config is not
	// set; empty: none. Source: system property java.security.auth.login.config.
	LoginConfig string
	// Krb5Config is the path of krb5.conf; empty: the environment variable KRB5_CONFIG names it, or it is
	// /etc/krb5.conf. Source: system property java.security.krb5.conf.
	Krb5Config string
	Version    string // of the program, told to brokers
}

// Bounds that the client library sets; values outside are moved to them.
const (
	ageMin, ageMax   = 10 * time.Millisecond, time.Hour
	waitMin, waitMax = 100 * time.Millisecond, 15 * time.Minute
)

// resolveMax bounds the look-up of bootstrap addresses.
const resolveMax = 30 * time.Second

// NewClient makes a client from Java client properties without telling anyone; see Clients.New.
func NewClient(properties map[string]string, opts ...kgo.Opt) (*kgo.Client, error) {
	return Clients{}.New(properties, opts...)
}

// New makes a client from Java client properties. It opens no connection: brokers are asked when the
// client is first used. Options in opts win over what the properties say.
//
// Ownership: the caller closes the client.
// Errors: *ConfigError for properties; what the client library says of opts.
func (c Clients) New(properties map[string]string, opts ...kgo.Opt) (*kgo.Client, error) {
	p := &props{texts: properties}
	base, err := c.options(p)
	if err != nil {
		return nil, err
	}
	return kgo.NewClient(append(base, opts...)...)
}

// Dial returns how a client with the given properties opens connections, TLS included: for who reads their bytes.
//
// Errors: *ConfigError.
func (c Clients) Dial(properties map[string]string) (func(ctx context.Context, network, address string) (net.Conn, error), error) {
	p := &props{texts: properties}
	_, d := c.security(p)
	if p.err != nil {
		return nil, p.err
	}
	return d.DialContext, nil
}

func (c Clients) log() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}

func (c Clients) options(p *props) ([]kgo.Opt, error) {
	if _, ok := p.lookup(bootstrapKey); !ok {
		return nil, &ConfigError{Key: bootstrapKey, Text: `Missing required configuration "bootstrap.servers" which has no default value.`}
	}
	refuseUnread(p)
	// A broker that closes a connection before its first answer may be about to go or to come; the library takes it for
	// bad security settings, and would give up records. Source: NetworkClient.processDisconnection.
	opts := []kgo.Opt{kgo.WithLogger(bridge{c.log()}), kgo.AlwaysRetryEOF()}
	if id := p.text("client.id", ""); id != "" {
		opts = append(opts, kgo.ClientID(id))
	} else {
		opts = append(opts, kgo.ClientID("millrace"))
	}
	if c.Version != "" {
		opts = append(opts, kgo.SoftwareNameAndVersion("millrace", c.Version))
	}
	opts = append(opts, timing(p)...)
	security, d := c.security(p)
	opts = append(opts, security...)
	canonical := p.oneOf("client.dns.lookup", "use_all_dns_ips", "use_all_dns_ips", "resolve_canonical_bootstrap_servers_only") != "use_all_dns_ips"
	if p.err != nil {
		return nil, p.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), resolveMax)
	defer cancel()
	seeds, err := c.bootstrap(ctx, p.list(bootstrapKey, ""), canonical)
	if err != nil {
		return nil, err
	}
	return append(opts, kgo.SeedBrokers(seeds...), kgo.Dialer(d.DialContext)), nil
}

// timing returns what timeouts, ages and backoff stand for.
func timing(p *props) []kgo.Opt {
	age := p.millis("metadata.max.age.ms", 64, 300_000, 0)
	retry := backoff{first: p.millis("retry.backoff.ms", 64, 100, 0), most: p.millis("retry.backoff.max.ms", 64, 1000, 0)}
	session := p.millis("session.timeout.ms", 32, 45_000, 0)
	api := p.millis("default.api.timeout.ms", 32, 60_000, 0)
	opts := []kgo.Opt{
		// The library asks for metadata at most every MetadataMinAge; Java waits as before any other retry.
		kgo.MetadataMaxAge(within(age, ageMin, ageMax)),
		kgo.MetadataMinAge(within(retry.most, ageMin, within(age, ageMin, ageMax))),
		kgo.RetryBackoffFn(retry.after),
		kgo.RequestTimeoutOverhead(within(p.millis("request.timeout.ms", 32, 30_000, 0), waitMin, waitMax)),
		kgo.RetryTimeoutFn(func(key int16) time.Duration {
			switch kmsg.Key(key) {
			case kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat:
				return session
			}
			return api
		}),
		// Bounded by time, as in Java, whose default is 2^31-1 retries.
		kgo.RequestRetries(int(p.number("retries", 32, 1<<31-1, 0))),
	}
	idle := p.millis("connections.max.idle.ms", 64, 540_000, -1)
	if idle < 0 {
		idle = waitMax // Java's -1 is never
	}
	opts = append(opts, kgo.ConnIdleTimeout(within(idle, waitMin, waitMax)))
	if !p.boolean("enable.metrics.push", true) {
		opts = append(opts, kgo.DisableClientMetrics())
	}
	return opts
}

func within(d, least, most time.Duration) time.Duration { return min(max(d, least), most) }
