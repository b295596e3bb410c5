package schemaregistry

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/millrace/millrace/config"
)

// Options are what a format and a process give to a Registry beside the config.
type Options struct {
	Format string // Avro, Protobuf or JSON
	Key    bool   // keys, not values
	// Compatible says why reader cannot read what was written with writer; empty: it can. It serves
	// id.compatibility.strict and latest.compatibility.strict. Source: ParsedSchema.isBackwardCompatible.
	Compatible func(r *Registry, reader, writer *Schema) ([]string, error)
	// RecordName returns the full name of a schema that is a record, "" for others. Source: ParsedSchema.name.
	RecordName func(*Schema) string
	Mocks      *Mocks       // of mock:// URLs; nil: such URLs are refused
	Logger     *slog.Logger // nil: silence
	// Refuse says why no connection may be made to an address; nil: any may. See codec.Context.
	Refuse  func(address string) error
	Version string // "name/version" of the program, told to servers
}

// Registry is the schemas of one converter: what its config says, and a client that remembers.
type Registry struct {
	opt    Options
	set    settings
	names  naming
	client *client
	now    func() time.Time

	asking sync.Mutex // one call for a schema at a time: the next finds the answer remembered

	writes       *cache[schemaKey, *Written]
	latests      *cache[schemaKey, *Written] // use.latest.version, use.latest.with.metadata: for latest.cache.ttl.sec
	reads        *cache[ReadKey, *Reading]
	numbers      *cache[subjectID, *Schema]
	guids        *cache[GUID, *Schema]
	versions     *cache[subjectID, int]
	references   *cache[subjectVersion, *Schema]
	associations *cache[string, string]

	missingIDs      *cache[subjectID, *answer]
	missingVersions *cache[subjectVersion, *answer]
	missingSchemas  *cache[schemaKey, *answer]

	warnAssociations sync.Once
}

// ReadKey says whose records are read.
type ReadKey struct {
	Topic string
	ID    ID
}

type (
	subjectID struct {
		subject string
		id      ID
	}
	subjectVersion struct {
		subject string
		version int
	}
	schemaKey struct{ subject, body string }
)

// Open reads the keys of Define from the properties of a converter. No server is asked.
//
// Ownership: the caller closes the registry. Errors: *config.ConfigException.
func Open(v *config.Values, o Options) (*Registry, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Version == "" {
		o.Version = "millrace"
	}
	set, names, err := readSettings(v, o.Key)
	if err != nil {
		return nil, err
	}
	names.record = o.RecordName
	r := &Registry{opt: o, set: set, names: names, now: time.Now}
	if r.client, err = newClient(v, o); err != nil {
		return nil, err
	}
	now := func() time.Time { return r.now() }
	const forEver = -1
	r.writes = newCache[schemaKey, *Written](set.maxSchemas, forEver, now)
	r.latests = newCache[schemaKey, *Written](set.latestSize, set.latestTTL, now)
	r.reads = newCache[ReadKey, *Reading](set.maxSchemas, forEver, now)
	r.numbers = newCache[subjectID, *Schema](set.maxSchemas, forEver, now)
	r.guids = newCache[GUID, *Schema](set.maxSchemas, forEver, now)
	r.versions = newCache[subjectID, int](set.maxSchemas, forEver, now)
	r.references = newCache[subjectVersion, *Schema](set.maxSchemas, forEver, now)
	r.associations = newCache[string, string](set.associationSize, set.associationTTL, now)
	r.missingIDs = newCache[subjectID, *answer](set.missingSize, set.missingID, now)
	r.missingVersions = newCache[subjectVersion, *answer](set.missingSize, set.missingVersion, now)
	r.missingSchemas = newCache[schemaKey, *answer](set.missingSize, set.missingSchema, now)
	return r, nil
}

// newClient makes the client that v describes.
func newClient(v *config.Values, o Options) (*client, error) {
	props := newClientProps(v)
	urls, users, scope, err := servers(v)
	if err != nil {
		return nil, err
	}
	millis := func(key string) time.Duration { return time.Duration(max(v.Int32(key), 0)) * time.Millisecond }
	connect, read := millis(keyConnectTimeout), millis(keyReadTimeout)
	c := &client{
		urls: urls, users: users, headers: requestHeaders(v, o.Version), log: o.Logger, wait: pause,
		timeout: connect + read,
		retry:   backoff{retries: int(max(v.Int32(keyMaxRetries), 0)), first: millis(keyRetryWait), most: millis(keyRetryMaxWait)},
	}
	if c.timeout == 0 {
		c.timeout = time.Hour // Java's 0 is no timeout
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if urls == nil {
		return c, c.mock(scope, o.Mocks)
	}
	t, err := transport(v, props, connect, read, o.Refuse)
	if err != nil {
		return nil, err
	}
	c.http = &http.Client{Transport: t, CheckRedirect: stay}
	c.current.Store(startIndex(v, len(urls)))
	c.auth, err = newCredentials(props, &oauth{
		http: &http.Client{Transport: t, CheckRedirect: stay, Timeout: c.timeout}, now: time.Now,
		buffer: time.Duration(v.Int16(keyBearerBuffer)) * time.Second,
	})
	return c, err
}

// Close ends what waits for the registry, and closes its connections.
func (r *Registry) Close() error {
	r.client.cancel()
	r.client.http.CloseIdleConnections()
	return nil
}

// InHeaders reports whether ids travel in headers, outside the records' bytes.
func (r *Registry) InHeaders() bool { return r.set.writer == headerWriter }

// Resolve returns the schemas that s refers to, directly or not, each once, what is referred to before what refers to
// it. Errors: *codec.Error, as of a failure to get the schema itself.
func (r *Registry) Resolve(s *Schema) ([]Resolved, error) {
	var out []Resolved
	seen := map[string]bool{}
	if err := r.resolve(s, seen, &out, 0); err != nil {
		return nil, failed(err, err.Error(), err.Error())
	}
	return out, nil
}

// Resolved is a schema under the name by which another refers to it.
type Resolved struct {
	Name string
	*Schema
}

// Bounds of what a hostile registry can make us fetch.
const (
	referenceDepthMax = 64
	referencesMax     = 10_000
)

// resolve is AbstractSchemaProvider.resolveReferences.
func (r *Registry) resolve(s *Schema, seen map[string]bool, out *[]Resolved, depth int) error {
	if depth > referenceDepthMax || len(*out) > referencesMax {
		return ioText("a schema refers to more than %d others, or deeper than %d", referencesMax, referenceDepthMax)
	}
	for _, ref := range s.References {
		if seen[ref.Name] {
			continue
		}
		seen[ref.Name] = true
		to, err := r.referenced(ref)
		if err != nil {
			return err
		}
		if err := r.resolve(to, seen, out, depth+1); err != nil {
			return err
		}
		*out = append(*out, Resolved{ref.Name, to})
	}
	return nil
}

// referenced gets the schema that a reference names.
func (r *Registry) referenced(ref Reference) (*Schema, error) {
	k := subjectVersion{ref.Subject, ref.Version}
	if s, ok := r.references.get(k); ok {
		return s, nil
	}
	if no, ok := r.missingVersions.get(k); ok {
		return nil, no
	}
	e, err := r.client.version(ref.Subject, ref.Version)
	if err != nil {
		note(r.missingVersions, k, err)
		return nil, err
	}
	s := e.schema()
	r.references.put(k, s)
	return s, nil
}
