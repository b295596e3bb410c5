package schemaregistry

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// What is refused is not connected to, neither by name nor by number, for schemas or for tokens, or through a proxy.
func TestOpen_RefusedAddressesAreNotAsked(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	var refusals atomic.Int32 // a name may have several addresses, which are tried at once
	refuse := func(string) error {
		refusals.Add(1)
		return errors.New("is not allowed here")
	}
	token := []string{keyBearerSource, "OAUTHBEARER", keyBearerIssuer, server.URL, keyBearerID, "i", keyBearerSecret, "s", keyBearerScope, "x",
		keyBearerCluster, "l", keyBearerPool, "p"}
	for name, c := range map[string]struct {
		url  string
		more []string
	}{
		"a number":           {server.URL, nil},
		"a name":             {"http://localhost:" + port, nil},
		"a number, by proxy": {"http://169.254.169.254", []string{keyProxyHost, "127.0.0.1", keyProxyPort, port}},
		"a token's endpoint": {"http://registry.invalid", token},
	} {
		t.Run(name, func(t *testing.T) {
			refusals.Store(0)
			r, err := tryOpen(c.url, Options{Refuse: refuse}, append([]string{keyMaxRetries, "0"}, c.more...)...)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if _, err = r.Write("t", schema(`"int"`)); err == nil {
				t.Error("it was asked")
			}
			if asked.Load() != 0 || refusals.Load() == 0 {
				t.Errorf("%d requests, %d refusals: %v", asked.Load(), refusals.Load(), err)
			}
		})
	}
}
