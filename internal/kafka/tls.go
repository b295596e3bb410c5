package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/kafka/keystore"
)

// tlsVersions reads ssl.protocol and ssl.enabled.protocols. TLS below 1.2 is refused.
func tlsVersions(p *props, config *tls.Config) {
	only(p, "ssl.protocol", "TLSv1.3", "TLSv1.2", "TLS")
	names := p.list("ssl.enabled.protocols", "TLSv1.2,TLSv1.3")
	if p.text("ssl.protocol", "") == "TLSv1.2" {
		// Java's context of that name does not offer more.
		names = slices.DeleteFunc(names, func(s string) bool { return s == "TLSv1.3" })
	}
	config.MinVersion, config.MaxVersion = tls.VersionTLS13, tls.VersionTLS12
	for _, name := range names {
		switch name {
		case "TLSv1.2":
			config.MinVersion = tls.VersionTLS12
		case "TLSv1.3":
			config.MaxVersion = tls.VersionTLS13
		default:
			p.fail(invalid("ssl.enabled.protocols", name, "TLSv1.2 and TLSv1.3 are known here"))
		}
	}
	if len(names) == 0 {
		p.fail(invalid("ssl.enabled.protocols", "", "no protocol is enabled"))
	}
}

// tlsSuites reads ssl.cipher.suites. The suites of TLS 1.3 cannot be chosen among: a list has all of
// them, or none, which leaves TLS 1.2.
func tlsSuites(p *props, config *tls.Config) {
	const key = "ssl.cipher.suites"
	names := p.list(key, "")
	if len(names) == 0 {
		return
	}
	var chosen13, all13 int
	for _, s := range tls.CipherSuites() {
		is13 := slices.Contains(s.SupportedVersions, tls.VersionTLS13) && len(s.SupportedVersions) == 1
		at := slices.Index(names, s.Name)
		if is13 {
			all13++
		}
		switch {
		case at < 0:
			continue
		case is13:
			chosen13++
		default:
			config.CipherSuites = append(config.CipherSuites, s.ID)
		}
		names = slices.Delete(slices.Clone(names), at, at+1)
	}
	switch {
	case len(names) > 0:
		p.fail(invalid(key, names[0], "this suite is not known here, or not safe"))
	case chosen13 == 0:
		config.MaxVersion = tls.VersionTLS12
		if config.MinVersion > tls.VersionTLS12 {
			p.fail(refuse(key, "no suite of TLSv1.3 is in the list, and ssl.enabled.protocols leaves nothing else"))
		}
	case chosen13 < all13:
		p.fail(refuse(key, "the suites of TLSv1.3 cannot be chosen among here: name all of them or none"))
	case config.CipherSuites == nil:
		config.MinVersion = tls.VersionTLS13
	}
}

// tlsIdentity reads the client's key and certificates. Source: DefaultSslEngineFactory.createKeystore.
func tlsIdentity(p *props, config *tls.Config) {
	s := keystore.Source{
		Type: strings.ToUpper(p.text("ssl.keystore.type", "JKS")), Path: p.text("ssl.keystore.location", ""),
	}
	s.Password, s.HasPassword = p.raw("ssl.keystore.password")
	s.KeyPassword, s.HasKeyPassword = p.raw("ssl.key.password")
	s.Key, s.HasKey = p.raw("ssl.keystore.key")
	s.Certificates, s.HasCertificates = p.raw("ssl.keystore.certificate.chain")
	cert, err := s.Identity()
	if err != nil {
		p.fail(&ConfigError{Key: "ssl.keystore.location", Text: err.Error()})
	}
	if cert != nil {
		config.Certificates = []tls.Certificate{*cert}
	}
}

// tlsTrust reads whom the client trusts, and whether host names are compared. Without a trust store the
// system's roots are trusted, as Java trusts its own.
// Source: DefaultSslEngineFactory.createTruststore.
func tlsTrust(p *props, config *tls.Config) {
	s := keystore.Source{
		Type: strings.ToUpper(p.text("ssl.truststore.type", "JKS")), Path: p.text("ssl.truststore.location", ""),
	}
	s.Password, s.HasPassword = p.raw("ssl.truststore.password")
	s.Certificates, s.HasCertificates = p.raw("ssl.truststore.certificates")
	certs, err := s.Trusted()
	if err != nil {
		p.fail(&ConfigError{Key: "ssl.truststore.location", Text: err.Error()})
	}
	if certs != nil {
		config.RootCAs = x509.NewCertPool()
		for _, c := range certs {
			config.RootCAs.AddCert(c)
		}
	}
	switch algorithm := p.text("ssl.endpoint.identification.algorithm", "https"); strings.ToLower(algorithm) {
	case "https":
	case "":
		config.InsecureSkipVerify = true // the chain is verified below, the name is not
		config.VerifyConnection = keystore.VerifyChain(config.RootCAs, "the broker has no certificate")
	default:
		p.fail(invalid("ssl.endpoint.identification.algorithm", algorithm, "https and the empty text are known"))
	}
}
