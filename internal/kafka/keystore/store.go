package keystore

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// store is what a binary store holds. Keys stay encrypted until one is asked for.
type store struct {
	trusted []*x509.Certificate
	keys    []keyEntry
}

// keyEntry is a private key, and the certificates it may come with.
type keyEntry struct {
	open  func(password string) (crypto.PrivateKey, error)
	chain func(key crypto.PrivateKey) ([]*x509.Certificate, error)
}

// identity returns the first key with its chain, leaf first.
func (s *store) identity(password *string) (*tls.Certificate, error) {
	if len(s.keys) == 0 {
		return nil, errors.New("it holds no private key")
	}
	text := ""
	if password != nil {
		text = *password
	}
	key, err := s.keys[0].open(text)
	if err != nil {
		return nil, err
	}
	chain, err := s.keys[0].chain(key)
	if err != nil {
		return nil, err
	}
	return joined(key, chain)
}

// joined makes an identity of a key and a chain that starts with its certificate.
func joined(key crypto.PrivateKey, chain []*x509.Certificate) (*tls.Certificate, error) {
	if len(chain) == 0 {
		return nil, errors.New("the private key has no certificate")
	}
	if !signs(key, chain[0]) {
		return nil, errors.New("the private key is not that of the first certificate")
	}
	out := &tls.Certificate{PrivateKey: key, Leaf: chain[0]}
	for _, c := range chain {
		out.Certificate = append(out.Certificate, c.Raw)
	}
	return out, nil
}

// signs says whether a key is that of a certificate.
func signs(key crypto.PrivateKey, c *x509.Certificate) bool {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return false
	}
	public, err := x509.MarshalPKIXPublicKey(signer.Public())
	return err == nil && bytes.Equal(public, c.RawSubjectPublicKeyInfo)
}

// chainFrom orders certificates from a leaf upwards.
func chainFrom(leaf *x509.Certificate, all []*x509.Certificate) []*x509.Certificate {
	chain := []*x509.Certificate{leaf}
	for at := leaf; !bytes.Equal(at.RawSubject, at.RawIssuer) && len(chain) <= len(all); {
		next := issuer(at, all)
		if next == nil {
			break
		}
		chain, at = append(chain, next), next
	}
	return chain
}

func issuer(of *x509.Certificate, all []*x509.Certificate) *x509.Certificate {
	for _, c := range all {
		if bytes.Equal(c.RawSubject, of.RawIssuer) && of.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}
