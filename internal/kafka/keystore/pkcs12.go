package keystore

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
)

// pfx is the file. Names of fields are those of RFC 7292.
type pfx struct {
	Version  int
	AuthSafe contentInfo
	MacData  macData `asn1:"optional"`
}

type contentInfo struct {
	ContentType asn1.ObjectIdentifier
	Content     asn1.RawValue `asn1:"tag:0,explicit,optional"`
}

type encryptedData struct {
	Version int
	Info    struct {
		ContentType asn1.ObjectIdentifier
		Algorithm   pkix.AlgorithmIdentifier
		Content     []byte `asn1:"tag:0,optional"`
	}
}

type macData struct {
	Mac struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Salt   []byte
	Rounds int `asn1:"optional,default:1"`
}

type safeBag struct {
	ID         asn1.ObjectIdentifier
	Value      asn1.RawValue `asn1:"tag:0,explicit"`
	Attributes []attribute   `asn1:"set,optional"`
}

type attribute struct {
	ID    asn1.ObjectIdentifier
	Value asn1.RawValue
}

type certBag struct {
	ID   asn1.ObjectIdentifier
	Data []byte `asn1:"tag:0,explicit"`
}

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKey   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidX509          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	// oidTrusted marks the certificates that Java trusts; others belong to keys.
	oidTrusted = asn1.ObjectIdentifier{2, 16, 840, 1, 113894, 746875, 1, 1}
)

// readPKCS12 reads a store. Without a password its integrity is not checked, as in Java.
func readPKCS12(text []byte, password *string) (*store, error) {
	var file pfx
	if _, err := asn1.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("it is neither PKCS12 nor JKS: %w", err)
	}
	var safe []byte
	if err := inner(file.AuthSafe, oidData, &safe); err != nil {
		return nil, err
	}
	if password != nil && len(file.MacData.Mac.Algorithm.Algorithm) > 0 {
		if err := checkMAC(file.MacData, safe, *password); err != nil {
			return nil, err
		}
	}
	var parts []contentInfo
	if _, err := asn1.Unmarshal(safe, &parts); err != nil {
		return nil, fmt.Errorf("its contents: %w", err)
	}
	st, certs := &store{}, []*x509.Certificate(nil)
	for _, part := range parts {
		bags, err := openPart(part, password)
		if err != nil {
			return nil, err
		}
		if certs, err = st.addBags(bags, certs); err != nil {
			return nil, err
		}
	}
	for i := range st.keys {
		st.keys[i].chain = func(key crypto.PrivateKey) ([]*x509.Certificate, error) {
			for _, c := range certs {
				if signs(key, c) {
					return chainFrom(c, certs), nil
				}
			}
			return nil, errors.New("no certificate is that of the private key")
		}
	}
	return st, nil
}

// inner reads the content of a part that must be of the given type.
func inner(part contentInfo, want asn1.ObjectIdentifier, into any) error {
	if !part.ContentType.Equal(want) {
		return fmt.Errorf("content of type %s is not known here", part.ContentType)
	}
	if _, err := asn1.Unmarshal(part.Content.Bytes, into); err != nil {
		return fmt.Errorf("its contents: %w", err)
	}
	return nil
}

// openPart returns the bags of a part, decrypted where it is encrypted.
func openPart(part contentInfo, password *string) ([]safeBag, error) {
	var plain []byte
	if part.ContentType.Equal(oidEncryptedData) {
		var data encryptedData
		if err := inner(part, oidEncryptedData, &data); err != nil {
			return nil, err
		}
		if password == nil {
			return nil, errors.New("its certificates are encrypted, and no password is given")
		}
		var err error
		if plain, err = decrypt(data.Info.Algorithm, data.Info.Content, *password); err != nil {
			return nil, err
		}
	} else if err := inner(part, oidData, &plain); err != nil {
		return nil, err
	}
	var bags []safeBag
	if _, err := asn1.Unmarshal(plain, &bags); err != nil {
		return nil, errPassword
	}
	return bags, nil
}

// addBags takes keys and certificates out of bags; certs are all certificates so far.
func (s *store) addBags(bags []safeBag, certs []*x509.Certificate) ([]*x509.Certificate, error) {
	for _, bag := range bags {
		raw := bag.Value.Bytes
		switch {
		case bag.ID.Equal(oidShroudedKey):
			s.keys = append(s.keys, keyEntry{open: func(password string) (crypto.PrivateKey, error) { return openPKCS8(raw, password) }})
		case bag.ID.Equal(oidKeyBag):
			s.keys = append(s.keys, keyEntry{open: func(string) (crypto.PrivateKey, error) { return pemKey(raw, nil) }})
		case bag.ID.Equal(oidCertBag):
			var b certBag
			if _, err := asn1.Unmarshal(raw, &b); err != nil {
				return nil, fmt.Errorf("certificate %d: %w", len(certs)+1, err)
			}
			if !b.ID.Equal(oidX509) {
				continue
			}
			c, err := x509.ParseCertificate(b.Data)
			if err != nil {
				return nil, fmt.Errorf("certificate %d: %w", len(certs)+1, err)
			}
			certs = append(certs, c)
			for _, a := range bag.Attributes {
				if a.ID.Equal(oidTrusted) {
					s.trusted = append(s.trusted, c)
					break
				}
			}
		}
	}
	return certs, nil
}

// macHashes are the hashes of macData, and the blocks that they work on.
var macHashes = map[string]struct {
	open  func() hash.Hash
	block int
}{
	"1.3.14.3.2.26":          {sha1.New, 64},
	"2.16.840.1.101.3.4.2.4": {sha256.New224, 64},
	"2.16.840.1.101.3.4.2.1": {sha256.New, 64},
	"2.16.840.1.101.3.4.2.2": {sha512.New384, 128},
	"2.16.840.1.101.3.4.2.3": {sha512.New, 128},
}

func checkMAC(m macData, safe []byte, password string) error {
	h, ok := macHashes[m.Mac.Algorithm.Algorithm.String()]
	if !ok {
		return fmt.Errorf("integrity: hash %s is not known", m.Mac.Algorithm.Algorithm)
	}
	if m.Rounds < 1 || m.Rounds > roundsMax {
		return fmt.Errorf("integrity: %d rounds, at most %d are accepted", m.Rounds, roundsMax)
	}
	mac := hmac.New(h.open, derivePKCS12(h.open, h.block, bmpString(password), m.Salt, m.Rounds, idMAC, h.open().Size()))
	mac.Write(safe)
	if !hmac.Equal(mac.Sum(nil), m.Mac.Digest) {
		return errPassword
	}
	return nil
}
