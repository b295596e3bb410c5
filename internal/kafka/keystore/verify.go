package keystore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// VerifyChain returns a check of the peer's certificates that leaves its name out; none is the error of a
// peer that shows none. For an empty ssl.endpoint.identification.algorithm.
func VerifyChain(roots *x509.CertPool, none string) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New(none)
		}
		between := x509.NewCertPool()
		for _, c := range s.PeerCertificates[1:] {
			between.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
		return err
	}
}
