package keystore

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// oidTripleDES is pbeWithSHAAnd3-KeyTripleDES-CBC, which keytool wrote before Java 16.
var oidTripleDES = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}

// oidRC2 is pbeWithSHAAnd40BitRC2-CBC, which keytool wrote for certificates then.
var oidRC2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}

type oldParams struct {
	Salt   []byte
	Rounds int
}

// decryptOld undoes the two schemes of RFC 7292 that old stores are written with.
func decryptOld(a pkix.AlgorithmIdentifier, data []byte, password string) ([]byte, error) {
	var p oldParams
	if _, err := asn1.Unmarshal(a.Parameters.FullBytes, &p); err != nil {
		return nil, fmt.Errorf("encryption %s: %w", a.Algorithm, err)
	}
	if p.Rounds < 1 || p.Rounds > roundsMax {
		return nil, fmt.Errorf("encryption: %d rounds, at most %d are accepted", p.Rounds, roundsMax)
	}
	secret := bmpString(password)
	derive := func(id byte, n int) []byte { return derivePKCS12(sha1.New, 64, secret, p.Salt, p.Rounds, id, n) }
	var block cipher.Block
	var err error
	switch {
	case a.Algorithm.Equal(oidTripleDES):
		block, err = des.NewTripleDESCipher(derive(idKey, 24))
	case a.Algorithm.Equal(oidRC2):
		block = newRC2(derive(idKey, 5), 40)
	default:
		return nil, fmt.Errorf("encryption %s is not known", a.Algorithm)
	}
	if err != nil {
		return nil, fmt.Errorf("encryption: %w", err)
	}
	return decryptCBC(block, derive(idIV, 8), data)
}
