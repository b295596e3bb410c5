package schemaregistry

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestOpen_Refused: what would be read in Java and has no effect here, and what is wrong, is refused by name.
func TestOpen_Refused(t *testing.T) {
	const url = "http://u:s3cret@127.0.0.1:1"
	for _, c := range []struct {
		url, want string
		pairs     []string
	}{
		{"", "schema.registry.url", nil},
		{"ftp://u:s3cret@host", "Invalid value", nil},
		{"mock://a,http://b", "Only one mock scope is permitted for 'schema.registry.url'.", nil},
		{"mock://a", "in-memory registries are not there", nil},
		{url, "Only one of 'basic.auth.credentials.source' and 'bearer.auth.credentials.source' may be specified", []string{keyBasicSource, "URL", keyBearerSource, "STATIC_TOKEN"}},
		{url, "UserInfo must be provided when basic.auth.credentials.source is set to USER_INFO", []string{keyBasicSource, "USER_INFO"}},
		{url, "for configuration basic.auth.credentials.source: URL, USER_INFO and SASL_INHERIT are known", []string{keyBasicSource, "KERBEROS"}},
		{url, "JAAS config", []string{keyBasicSource, "SASL_INHERIT"}},
		{url, "Provided SASL Login module doesn't provide username and password options and can't be inherited", []string{keyBasicSource, "SASL_INHERIT", "sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required;"}},
		{url, "Token must be provided via bearer.auth.token config when bearer.auth.credentials.source is set to STATIC_TOKEN", []string{keyBearerSource, "STATIC_TOKEN"}},
		{url, keyBearerIssuer, []string{keyBearerSource, "OAUTHBEARER"}},
		{url, "bearer.auth.credentials.source", []string{keyBearerSource, "UAMI"}},
		{url, "bearer.auth.credentials.source", []string{keyBearerSource, "CUSTOM"}},
		{url, "bearer.auth.credentials.source", []string{keyBearerSource, "SASL_OAUTHBEARER_INHERIT"}},
		{url, keyBearerBuffer, []string{keyBearerBuffer, "3601"}},
		{url, keyBearerClass, []string{keyBearerClass, "a.B"}},
		{url, keyExecutors, []string{keyExecutors, "e"}},
		{url, keyActions, []string{keyActions, "e"}},
		{url, keyValidation, []string{keyValidation, "BEFORE_DOMAIN_RULES"}},
		{url, keyReflection, []string{keyReflection, "true"}},
		{url, keyFormat, []string{keyFormat, "serialized"}},
		{url, keyContext, []string{keyContext, "a.B"}},
		{url, "value.subject.name.strategy", []string{"value" + keySubjectStrategy, "a.B"}},
		{url, "value.schema.id.serializer", []string{"value" + keyIDSerializer, "a.B"}},
		{url, "value.schema.id.deserializer", []string{"value" + keyIDDeserializer, "a.B"}},
		{url, keyAssociationElse, []string{keyAssociationElse, "a"}},
		{url, keyUseGUID, []string{keyUseGUID, "1-2"}},
		{url, keyUseIndexes, []string{keyUseIndexes, "x"}},
		{url, keyUseMetadata, []string{keyUseMetadata, "x"}},
		{url, "schema.registry.ssl.truststore.location: ", []string{clientPrefix + "ssl.truststore.location", "/none"}},
		{url, "schema.registry.ssl.provider: ", []string{clientPrefix + "ssl.provider", "BC"}},
	} {
		r, err := tryOpen(c.url, Options{}, c.pairs...)
		if err == nil {
			_ = r.Close()
			t.Errorf("%v is accepted", c.pairs)
			continue
		}
		if j, ok := err.(interface{ JavaClass() string }); !ok || j.JavaClass() != configException || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v: %v", c.pairs, err)
		}
	}
}

// TestSecrets_NeverShown: neither printed configs nor errors hold them.
func TestSecrets_NeverShown(t *testing.T) {
	props := map[string]string{keyURL: "http://u:s3cret@127.0.0.1:1", keyBearerToken: "s3cret", keyUserInfo: "u:s3cret", keyBearerSecret: "s3cret"}
	v, err := def.Parse(props)
	if err != nil {
		t.Fatal(err)
	}
	for k, text := range v.Masked() {
		if strings.Contains(text, "s3cret") {
			t.Errorf("%s shows %s", k, text)
		}
	}
	r := open(t, props[keyURL], Options{}, keyMaxRetries, "0")
	for _, c := range []func() error{
		func() error { _, err := r.Write("t", schema(`"int"`)); return r.WriteError("t", err) },
		func() error { _, err := r.Read("t", ID{Number: 1, HasNumber: true}); return r.ReadError("t", err) },
	} {
		for err := c(); err != nil; {
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v", err)
			}
			next, ok := err.(interface{ Unwrap() error })
			if !ok {
				break
			}
			err = next.Unwrap()
		}
	}
}

// TestProxy: proxy.host and proxy.port stand between.
func TestProxy(t *testing.T) {
	s := newServer(t)
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Host)
		s.Config.Handler.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, "http://registry.internal:8081/base/", Options{}, keyProxyHost, at.Hostname(), keyProxyPort, at.Port())
	_, err = r.Write("t", schema(`"int"`))
	if len(asked) != 1 || asked[0] != "registry.internal:8081" {
		t.Errorf("%q, %v", asked, err)
	}
	if got := s.calls(); len(got) != 1 || !strings.HasSuffix(got[0], "/base/subjects/t-value/versions?normalize=false") {
		t.Errorf("%q", got)
	}
}

// TestRedirect_StaysWithItsHost: credentials go nowhere else.
func TestRedirect_StaysWithItsHost(t *testing.T) {
	elsewhere, s := newServer(t), newServer(t)
	s.wrong = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
		return true
	}
	r := open(t, s.URL, Options{}, "request.header.X-Api-Key", "s3cret")
	if _, err := r.Read("t", ID{Number: 1, HasNumber: true}); err == nil || len(elsewhere.take()) > 0 {
		t.Errorf("followed: %v", err)
	}
}

func TestDefine_Defaults(t *testing.T) {
	v, err := def.Parse(map[string]string{keyURL: " http://a , http://b "})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.List(keyURL); len(got) != 2 || got[1] != "http://b" {
		t.Errorf("%q", got)
	}
	if _, err := def.Parse(nil); err == nil || err.Error() != `Missing required configuration "schema.registry.url" which has no default value.` {
		t.Errorf("%v", err)
	}
}
