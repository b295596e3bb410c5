package rest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka/keystore"
)

// The prefixes under which listeners may have ssl.* keys of their own.
const (
	mainPrefix  = "listeners.https."
	adminPrefix = "admin.listeners.https."
)

// sslValues are the ssl.* values of https listeners: those under prefix if any key of the worker's starts
// with it, and then no others; else the worker's. Source: AbstractConfig.valuesWithPrefixAllOrNothing.
func sslValues(props map[string]string, prefix string) (*config.Values, error) {
	if own := config.WithPrefix(props, prefix); len(own) > 0 {
		props = own
	}
	d := config.NewDef()
	for _, k := range sslKeys() {
		d.Define(k)
	}
	return d.Parse(props)
}

// serverTLS makes the settings of https listeners of ssl.* values. Errors name the key with its prefix.
// Source: SSLUtils.createServerSideSslContextFactory.
func serverTLS(props map[string]string, prefix string) (*tls.Config, error) {
	return tlsConfig(props, prefix, (*sslSettings).identity, (*sslSettings).clients)
}

// clientTLS makes the settings with which a worker asks others over https. Errors name the key with its
// prefix. Source: SSLUtils.createClientSideSslContextFactory.
func clientTLS(props map[string]string, prefix string) (*tls.Config, error) {
	return tlsConfig(props, prefix, (*sslSettings).ownCertificate, (*sslSettings).servers)
}

// tlsConfig makes the settings that both sides have, then those of one.
func tlsConfig(props map[string]string, prefix string, own ...func(*sslSettings, *tls.Config) error) (*tls.Config, error) {
	v, err := sslValues(props, prefix)
	if err != nil {
		return nil, err
	}
	if len(config.WithPrefix(props, prefix)) == 0 {
		prefix = ""
	}
	s := &sslSettings{Values: v, prefix: prefix}
	// HTTP/2 is not offered: Connect's own server speaks HTTP/1.1 alone.
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	for _, step := range append([]func(*sslSettings, *tls.Config) error{(*sslSettings).refuse, (*sslSettings).versions, (*sslSettings).suites}, own...) {
		if err := step(s, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// sslSettings are the ssl.* values of a listener and the prefix under which they stand.
type sslSettings struct {
	*config.Values
	prefix string
}

func (s *sslSettings) invalid(key, why string) error {
	return config.InvalidValue(s.prefix+key, s.Any(key), why)
}

// refuse names keys that choose parts of a Java runtime.
func (s *sslSettings) refuse(*tls.Config) error {
	only := map[string]string{
		"ssl.provider": "", "ssl.secure.random.implementation": "", "ssl.engine.factory.class": "org.apache.kafka.common.security.ssl.DefaultSslEngineFactory",
		"ssl.keymanager.algorithm": "SunX509", "ssl.trustmanager.algorithm": "PKIX",
	}
	for _, key := range slices.Sorted(maps.Keys(only)) {
		text, _ := config.ConvertToString(s.Any(key))
		if text != "" && text != only[key] {
			return s.invalid(key, "it chooses a part of a Java runtime, and there is none here: remove it")
		}
	}
	return nil
}

func (s *sslSettings) versions(c *tls.Config) error {
	names := s.List("ssl.enabled.protocols")
	switch s.String("ssl.protocol") {
	case "TLS", "TLSv1.3":
	case "TLSv1.2": // Java's context of that name does not offer more
		names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "TLSv1.3" })
	default:
		return s.invalid("ssl.protocol", "TLSv1.3, TLSv1.2 and TLS are known here")
	}
	has := map[string]bool{}
	for _, n := range names {
		if n != "TLSv1.2" && n != "TLSv1.3" {
			return s.invalid("ssl.enabled.protocols", "TLSv1.2 and TLSv1.3 are known here")
		}
		has[n] = true
	}
	switch {
	case len(s.List("ssl.enabled.protocols")) > 0 && len(has) == 0:
		return s.invalid("ssl.enabled.protocols", "nothing is left of it with ssl.protocol="+s.String("ssl.protocol"))
	case len(has) == 1 && has["TLSv1.3"]:
		c.MinVersion = tls.VersionTLS13
	case len(has) == 1:
		c.MaxVersion = tls.VersionTLS12
	}
	return nil
}

// suites reads ssl.cipher.suites. The suites of TLS 1.3 cannot be chosen among: those that are named are
// always on.
func (s *sslSettings) suites(c *tls.Config) error {
	names := s.List("ssl.cipher.suites")
	if len(names) == 0 {
		return nil
	}
	known := map[string]*tls.CipherSuite{}
	for _, suite := range tls.CipherSuites() {
		known[suite.Name] = suite
	}
	newer := 0
	for _, n := range names {
		suite, ok := known[n]
		switch {
		case !ok:
			return s.invalid("ssl.cipher.suites", n+" is not known here, or not safe")
		case slices.Equal(suite.SupportedVersions, []uint16{tls.VersionTLS13}):
			newer++
		default:
			c.CipherSuites = append(c.CipherSuites, suite.ID)
		}
	}
	switch {
	case newer == 0: // only older ones were chosen
		if c.MinVersion == tls.VersionTLS13 {
			return s.invalid("ssl.cipher.suites", "it names no suite of TLSv1.3, and ssl.enabled.protocols allows nothing else")
		}
		c.MaxVersion = tls.VersionTLS12
	case c.CipherSuites == nil:
		if c.MaxVersion == tls.VersionTLS12 {
			return s.invalid("ssl.cipher.suites", "it names only suites of TLSv1.3, which ssl.enabled.protocols leaves out")
		}
		c.MinVersion = tls.VersionTLS13
	}
	return nil
}

// identity reads the server's key and certificates, which it must have.
func (s *sslSettings) identity(c *tls.Config) error {
	if err := s.ownCertificate(c); err != nil {
		return err
	}
	if len(c.Certificates) == 0 {
		return config.NewException(s.prefix+"ssl.keystore.location",
			fmt.Sprintf("An https listener needs a key and a certificate: set %[1]sssl.keystore.location, or with %[1]sssl.keystore.type=PEM %[1]sssl.keystore.key and %[1]sssl.keystore.certificate.chain.", s.prefix))
	}
	return nil
}

// ownCertificate reads the key and the certificates that this side shows, if there are any.
// Source: SSLUtils.configureSslContextFactoryKeyStore.
func (s *sslSettings) ownCertificate(c *tls.Config) error {
	src := keystore.Source{Type: strings.ToUpper(s.String("ssl.keystore.type")), Path: s.String("ssl.keystore.location")}
	src.Password, src.HasPassword = s.secret("ssl.keystore.password")
	src.KeyPassword, src.HasKeyPassword = s.secret("ssl.key.password")
	src.Key, src.HasKey = s.secret("ssl.keystore.key")
	src.Certificates, src.HasCertificates = s.secret("ssl.keystore.certificate.chain")
	cert, err := src.Identity()
	if err != nil {
		return config.NewException(s.prefix+"ssl.keystore.location", fmt.Sprintf("%sssl.keystore.*: %v", s.prefix, err))
	}
	if cert != nil {
		c.Certificates = []tls.Certificate{*cert}
	}
	return nil
}

// trusted reads whose certificates are believed, nil for those of the system.
// Source: SSLUtils.configureSslContextFactoryTrustStore.
func (s *sslSettings) trusted() (*x509.CertPool, error) {
	src := keystore.Source{Type: strings.ToUpper(s.String("ssl.truststore.type")), Path: s.String("ssl.truststore.location")}
	src.Password, src.HasPassword = s.secret("ssl.truststore.password")
	src.Certificates, src.HasCertificates = s.secret("ssl.truststore.certificates")
	trusted, err := src.Trusted()
	if err != nil {
		return nil, config.NewException(s.prefix+"ssl.truststore.location", fmt.Sprintf("%sssl.truststore.*: %v", s.prefix, err))
	}
	if trusted == nil {
		return nil, nil //nolint:nilnil // see above
	}
	pool := x509.NewCertPool()
	for _, cert := range trusted {
		pool.AddCert(cert)
	}
	return pool, nil
}

// servers reads whom a client believes, and whether it compares the server's name.
// Source: SSLUtils.configureSslContextFactoryEndpointIdentification.
func (s *sslSettings) servers(c *tls.Config) error {
	roots, err := s.trusted()
	if err != nil {
		return err
	}
	c.RootCAs = roots
	switch algorithm := s.String("ssl.endpoint.identification.algorithm"); strings.ToLower(algorithm) {
	case "https":
	case "":
		c.InsecureSkipVerify = true // the chain is verified below, the name is not
		c.VerifyConnection = keystore.VerifyChain(roots, "the worker shows no certificate")
	default:
		return s.invalid("ssl.endpoint.identification.algorithm", "https and the empty text are known")
	}
	return nil
}

// clients reads whom the server trusts and whether it asks for certificates.
// Source: SSLUtils.configureSslContextFactoryAuthentication.
func (s *sslSettings) clients(c *tls.Config) error {
	var err error
	if c.ClientCAs, err = s.trusted(); err != nil {
		return err
	}
	switch s.String("ssl.client.auth") {
	case "required":
		c.ClientAuth = tls.RequireAndVerifyClientCert
	case "requested":
		c.ClientAuth = tls.VerifyClientCertIfGiven
	}
	return nil
}

func (s *sslSettings) secret(key string) (text string, ok bool) {
	p, ok := s.OptPassword(key)
	return p.Reveal(), ok
}
