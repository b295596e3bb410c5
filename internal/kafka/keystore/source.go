package keystore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
)

// The types of stores.
const (
	PEM    = "PEM"
	PKCS12 = "PKCS12"
	JKS    = "JKS"
)

// Source is what the keys of a key store or a trust store say. A Has field tells a text that is set from
// one that is not; the empty password is a password.
type Source struct {
	Type string // in upper case
	Path string

	Password, KeyPassword       string
	HasPassword, HasKeyPassword bool

	// PEM text in place of a file.
	Key, Certificates       string
	HasKey, HasCertificates bool
}

// Identity returns the private key with its certificates, nil when nothing names one.
// Source: DefaultSslEngineFactory.createKeystore.
func (s Source) Identity() (*tls.Certificate, error) {
	switch {
	case s.HasKey && s.Type != PEM:
		return nil, javaError("SSL private key can be specified only for PEM, but key store type is %s.", s.Type)
	case s.HasKey && !s.HasCertificates:
		return nil, javaError("SSL private key is specified, but certificate chain is not specified.")
	case s.HasKey && s.Path != "":
		return nil, javaError("Both SSL key store location and separate private key are specified.")
	case s.HasKey && s.HasPassword:
		return nil, javaError("SSL key store password cannot be specified with PEM format, only key password may be specified.")
	case s.HasKey:
		return pemIdentity(s.Certificates, s.Key, s.keyPassword())
	case s.HasCertificates:
		return nil, javaError("SSL certificate chain is specified, but private key is not specified")
	case s.Type == PEM && s.Path != "" && s.HasPassword:
		return nil, javaError("SSL key store password cannot be specified with PEM format, only key password may be specified")
	case s.Path == "" && s.HasPassword:
		return nil, javaError("SSL key store is not specified, but key store password is specified.")
	case s.Path == "":
		return nil, nil
	case s.Type != PEM && !s.HasPassword:
		return nil, javaError("SSL key store is specified, but key store password is not specified.")
	}
	text, err := os.ReadFile(s.Path)
	if err != nil {
		return nil, s.failed(err)
	}
	if s.Type == PEM {
		c, err := pemIdentity(string(text), string(text), s.keyPassword())
		return c, s.failed(err)
	}
	store, err := s.open(text)
	if err != nil {
		return nil, err
	}
	c, err := store.identity(s.keyPassword())
	return c, s.failed(err)
}

// Trusted returns the certificates that are trusted, nil when nothing names any.
// Source: DefaultSslEngineFactory.createTruststore.
func (s Source) Trusted() ([]*x509.Certificate, error) {
	switch {
	case s.HasCertificates && s.Type != PEM:
		return nil, javaError("SSL trust store certs can be specified only for PEM, but trust store type is %s.", s.Type)
	case s.HasCertificates && s.Path != "":
		return nil, javaError("Both SSL trust store location and separate trust certificates are specified.")
	case (s.HasCertificates || s.Type == PEM && s.Path != "") && s.HasPassword:
		return nil, javaError("SSL trust store password cannot be specified for PEM format.")
	case s.HasCertificates:
		return pemCertificates(s.Certificates)
	case s.Path == "" && s.HasPassword:
		return nil, javaError("SSL trust store is not specified, but trust store password is specified.")
	case s.Path == "":
		return nil, nil
	}
	text, err := os.ReadFile(s.Path)
	if err != nil {
		return nil, s.failed(err)
	}
	if s.Type == PEM {
		certs, err := pemCertificates(string(text))
		return certs, s.failed(err)
	}
	store, err := s.open(text)
	if err != nil {
		return nil, err
	}
	if len(store.trusted) == 0 {
		return nil, s.failed(errors.New("it holds no trusted certificate"))
	}
	return store.trusted, nil
}

// keyPassword is the password of the private key: its own, else that of the store.
func (s Source) keyPassword() *string {
	switch {
	case s.HasKeyPassword:
		return &s.KeyPassword
	case s.HasPassword:
		return &s.Password
	}
	return nil
}

// failed says which store an error is about, nil for nil.
func (s Source) failed(err error) error {
	switch {
	case err == nil:
		return nil
	case s.Type == PEM:
		return &Error{Text: "Failed to load PEM SSL keystore " + s.Path, Err: err}
	}
	return &Error{Text: "Failed to load SSL keystore " + s.Path + " of type " + s.Type, Err: err}
}

// open reads a binary store. As in Java, either format opens under the name of the other.
// Source: sun.security.provider.KeyStoreDelegator.
func (s Source) open(text []byte) (*store, error) {
	if s.Type != PKCS12 && s.Type != JKS {
		return nil, javaError("SSL keystore %s: the type %q is not known here; PEM, PKCS12 and JKS are", s.Path, s.Type)
	}
	var password *string
	if s.HasPassword {
		password = &s.Password
	}
	read := readPKCS12
	if isJKS(text) {
		read = readJKS
	}
	st, err := read(text, password)
	return st, s.failed(err)
}
