package keystore

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"
)

// A JKS file, numbers with the high byte first:
//
//	4  0xfeedfeed
//	4  version, 1 or 2
//	4  number of entries, and each of them:
//	   4    1 a key, 2 a trusted certificate
//	   2+n  alias
//	   8    time, ms
//	   4+n  of a key: EncryptedPrivateKeyInfo of Sun's own cipher
//	   4    of a key: number of certificates
//	   each certificate: 2+n its type (from version 2), 4+n X.509
//	20  SHA-1 of the password, "Mighty Aphrodite" and all before
const jksMagic = 0xfeedfeed

var (
	oidJKSKey  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 42, 2, 17, 1, 1}
	errJKSCut  = errors.New("the file ends too early")
	jksDigests = []byte("Mighty Aphrodite")
)

func isJKS(text []byte) bool { return len(text) >= 4 && binary.BigEndian.Uint32(text) == jksMagic }

// readJKS reads a store. Without a password its integrity is not checked, as in Java.
// Source: sun.security.provider.JavaKeyStore.engineLoad.
func readJKS(text []byte, password *string) (*store, error) {
	if len(text) < 12+sha1.Size {
		return nil, errJKSCut
	}
	body, digest := text[:len(text)-sha1.Size], text[len(text)-sha1.Size:]
	if password != nil {
		h := sha1.New()
		h.Write(utf16Bytes(*password))
		h.Write(jksDigests)
		h.Write(body)
		if !hmac.Equal(h.Sum(nil), digest) {
			return nil, errPassword
		}
	}
	r := &jksReader{rest: body[4:]}
	if r.version = r.int(); r.version != 1 && r.version != 2 {
		return nil, fmt.Errorf("version %d of the format is not known", r.version)
	}
	st := &store{}
	for n := r.int(); n > 0 && r.err == nil; n-- {
		r.entry(st)
	}
	return st, r.err
}

// jksReader cuts a file into its parts and keeps the first error.
type jksReader struct {
	rest    []byte
	version int
	err     error
}

func (r *jksReader) take(n int) []byte {
	if r.err == nil && (n < 0 || n > len(r.rest)) {
		r.err = errJKSCut
	}
	if r.err != nil {
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *jksReader) int() int {
	if b := r.take(4); b != nil {
		return int(int32(binary.BigEndian.Uint32(b)))
	}
	return 0
}

func (r *jksReader) text() {
	if b := r.take(2); b != nil {
		r.take(int(binary.BigEndian.Uint16(b)))
	}
}

func (r *jksReader) entry(st *store) {
	kind := r.int()
	r.text()
	r.take(8)
	switch kind {
	case 1:
		raw := r.take(r.int())
		var chain []*x509.Certificate
		for n := r.int(); n > 0 && r.err == nil; n-- {
			chain = append(chain, r.certificate())
		}
		st.keys = append(st.keys, keyEntry{
			open:  func(password string) (crypto.PrivateKey, error) { return openJKSKey(raw, password) },
			chain: func(crypto.PrivateKey) ([]*x509.Certificate, error) { return chain, nil },
		})
	case 2:
		if c := r.certificate(); c != nil {
			st.trusted = append(st.trusted, c)
		}
	default:
		if r.err == nil {
			r.err = fmt.Errorf("an entry of kind %d is not known", kind)
		}
	}
}

func (r *jksReader) certificate() *x509.Certificate {
	if r.version == 2 {
		r.text()
	}
	raw := r.take(r.int())
	if r.err != nil {
		return nil
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		r.err = fmt.Errorf("certificate: %w", err)
	}
	return c
}

// openJKSKey decrypts a key: 20 bytes of salt, the key under a stream of SHA-1, 20 bytes of check.
// Source: sun.security.provider.KeyProtector.recover.
func openJKSKey(raw []byte, password string) (crypto.PrivateKey, error) {
	var info encryptedKey
	if _, err := asn1.Unmarshal(raw, &info); err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	if !info.Algorithm.Algorithm.Equal(oidJKSKey) {
		return nil, fmt.Errorf("private key: encryption %s is not known", info.Algorithm.Algorithm)
	}
	if len(info.Data) < 2*sha1.Size {
		return nil, errJKSCut
	}
	secret := utf16Bytes(password)
	block, check := info.Data[:sha1.Size], info.Data[len(info.Data)-sha1.Size:]
	plain := bytes.Clone(info.Data[sha1.Size : len(info.Data)-sha1.Size])
	for at := 0; at < len(plain); at += sha1.Size {
		sum := sha1.Sum(append(bytes.Clone(secret), block...))
		block = sum[:]
		end := min(at+sha1.Size, len(plain))
		subtle.XORBytes(plain[at:end], plain[at:end], block)
	}
	if sum := sha1.Sum(append(bytes.Clone(secret), plain...)); !hmac.Equal(sum[:], check) {
		return nil, fmt.Errorf("private key: %w", errPassword)
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errors.New("private key: it is not in PKCS8 form")
	}
	return key, nil
}

// utf16Bytes is a password as JKS hashes it.
func utf16Bytes(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}
