package schemaregistry

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/config"
)

// settings are the parsed keys that say what a Registry does; those of the connection go into its client.
type settings struct {
	maxSchemas                               int
	normalize, autoRegister, propagateTags   bool
	useID                                    int32 // -1 = none
	useGUID                                  *GUID
	indexes                                  []int32
	idStrict, useLatest, latestStrict        bool
	latestSize                               int
	latestTTL                                time.Duration
	metadata                                 map[string]string
	metadataText                             string
	writer, reader                           string
	reference                                string
	cluster                                  string
	associationSize                          int
	associationTTL                           time.Duration
	missingID, missingVersion, missingSchema time.Duration
	missingSize                              int
}

// clientProps are texts under client keys, with or without schema.registry. before them; with it wins.
// Source: CachedSchemaRegistryClient.
type clientProps map[string]string

func newClientProps(v *config.Values) clientProps {
	p := clientProps{}
	originals := v.Originals()
	for k, text := range originals {
		if _, ok := strings.CutPrefix(k, clientPrefix); !ok {
			p[k] = text
		}
	}
	for k, text := range originals {
		if name, ok := strings.CutPrefix(k, clientPrefix); ok {
			p[name] = text
		}
	}
	return p
}

func (p clientProps) raw(key string) string { return p[key] }

// get returns a text trimmed, and the default where it is not set.
func (p clientProps) get(key string) string {
	s := strings.TrimSpace(p[key])
	if s == "" {
		switch key {
		case keyBearerScopeClaim:
			return "scope"
		case keyBearerSubClaim:
			return "sub"
		}
	}
	return s
}

// readSettings reads what a Registry does. Errors: *config.ConfigException.
func readSettings(v *config.Values, key bool) (settings, naming, error) {
	side := "value"
	if key {
		side = "key"
	}
	s := settings{
		maxSchemas: int(v.Int32(keyMaxSchemas)),
		normalize:  v.Bool(keyNormalize), autoRegister: v.Bool(keyAutoRegister), propagateTags: v.Bool(keyPropagateTags),
		useID: v.Int32(keyUseID), idStrict: v.Bool(keyIDStrict), useLatest: v.Bool(keyUseLatest), latestStrict: v.Bool(keyLatestStrict),
		latestSize: int(v.Int32(keyLatestCacheSize)), latestTTL: seconds(int64(v.Int32(keyLatestCacheTTL))),
		metadataText: v.String(keyUseMetadata),
		cluster:      v.String(keyAssociationCluster), associationSize: int(v.Int32(keyAssociationSize)),
		associationTTL: seconds(int64(v.Int32(keyAssociationExpiry))),
		missingID:      seconds(v.Int64(keyMissingID)), missingVersion: seconds(v.Int64(keyMissingVersion)),
		missingSchema: seconds(v.Int64(keyMissingSchema)), missingSize: int(v.Int32(keyMissingSize)),
	}
	if s.cluster == "" {
		s.cluster = "-"
	}
	names := naming{key: key}
	err := refuseUnread(v)
	choose := func(target *string, key string, known ...string) {
		if err == nil {
			*target, err = oneOf(key, v.Class(key), known...)
		}
	}
	choose(&names.strategy, side+keySubjectStrategy, topicName, recordName, topicRecordName, associatedName)
	choose(&s.writer, side+keyIDSerializer, prefixWriter, headerWriter)
	choose(&s.reader, side+keyIDDeserializer, dualReader, prefixReader, configReader)
	choose(&s.reference, keyReference, defaultReference, qualifiedReference)
	var context string
	choose(&context, keyContext, nullContext)
	if err != nil {
		return s, names, err
	}
	if names.fallback, err = fallback(v.String(keyAssociationElse)); err != nil {
		return s, names, err
	}
	if text, ok := v.OptString(keyUseGUID); ok {
		g, err := ParseGUID(text)
		if err != nil {
			return s, names, config.InvalidValue(keyUseGUID, text, err.Error())
		}
		s.useGUID = &g
	}
	for _, text := range v.List(keyUseIndexes) {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return s, names, config.InvalidValue(keyUseIndexes, text, "Not a number of type INT")
		}
		s.indexes = append(s.indexes, int32(n))
	}
	if s.metadataText != "" {
		s.metadata = map[string]string{}
		for pair := range strings.SplitSeq(s.metadataText, ",") {
			k, value, ok := strings.Cut(pair, "=")
			if !ok {
				return s, names, config.InvalidValue(keyUseMetadata, s.metadataText, "pairs key=value with commas between them must stand here")
			}
			s.metadata[strings.TrimSpace(k)] = strings.TrimSpace(value)
		}
	}
	return s, names, nil
}

func seconds(n int64) time.Duration {
	const most = 1 << 32
	return time.Duration(min(max(n, -1), most)) * time.Second
}

// fallback reads subject.name.strategy.fallback.type.
func fallback(text string) (string, error) {
	switch strings.ToUpper(text) {
	case "TOPIC":
		return topicName, nil
	case "RECORD":
		return recordName, nil
	case "TOPIC_RECORD":
		return topicRecordName, nil
	case "NONE":
		return "", nil
	}
	return "", config.InvalidValue(keyAssociationElse, text, "TOPIC, RECORD, TOPIC_RECORD and NONE are known")
}

// refuseUnread refuses what a Java converter would act on and this one does not.
func refuseUnread(v *config.Values) error {
	const rules = "rules of schemas are not applied here; remove the key"
	for _, key := range []string{keyExecutors, keyActions} {
		if l := v.List(key); len(l) > 0 {
			return config.InvalidValue(key, strings.Join(l, ","), rules)
		}
	}
	if s := v.String(keyValidation); !strings.EqualFold(s, "DISABLED") {
		return config.InvalidValue(keyValidation, s, rules)
	}
	if v.Bool(keyReflection) {
		return config.InvalidValue(keyReflection, "true", "there are no Java classes to reflect on here; remove the key")
	}
	if s, ok := v.OptString(keyFormat); ok && s != "" {
		return config.InvalidValue(keyFormat, s, "schemas are asked for as they are registered; remove the key")
	}
	if s, ok := v.OptString(keyBearerClass); ok && s != "" {
		return config.InvalidValue(keyBearerClass, s, "Java classes cannot be loaded here; STATIC_TOKEN and OAUTHBEARER are known for "+keyBearerSource)
	}
	return nil
}

// servers reads schema.registry.url. Errors: *config.ConfigException, without user parts.
func servers(v *config.Values) (urls []*url.URL, users []*url.Userinfo, scope string, err error) {
	list := v.List(keyURL)
	if len(list) == 0 {
		return nil, nil, "", config.NewException(keyURL, "Missing required configuration \""+keyURL+"\" which has no default value.")
	}
	for _, text := range list {
		if name, mock := strings.CutPrefix(text, "mock://"); mock {
			if len(list) > 1 {
				return nil, nil, "", &config.ConfigException{Key: keyURL, Message: fmt.Sprintf("Only one mock scope is permitted for 'schema.registry.url'. Got: %s", config.MaskText(strings.Join(list, ", ")))}
			}
			return nil, nil, name, nil
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, nil, "", config.InvalidValue(keyURL, config.MaskText(text), "an http, https or mock URL must stand here")
		}
		users = append(users, u.User)
		u.User = nil
		urls = append(urls, u)
	}
	return urls, users, "", nil
}

// requestHeaders are those of every request. Source: RestService.DEFAULT_REQUEST_PROPERTIES,
// AbstractKafkaSchemaSerDeConfig.requestHeaders.
func requestHeaders(v *config.Values, version string) http.Header {
	h := http.Header{}
	h.Set("User-Agent", version)
	for name, text := range v.WithPrefix(headerPrefix) {
		h.Set(name, text)
	}
	h.Set("Content-Type", contentType)
	h.Set("Confluent-Accept-Unknown-Properties", "true")
	h.Set("Confluent-Client-Version", version)
	return h
}

func startIndex(v *config.Values, n int) int32 {
	if !v.Bool(keyRandomize) || n == 0 {
		return 0
	}
	return rand.Int32N(int32(n))
}
