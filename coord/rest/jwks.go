package rest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
)

// What a key set may hold.
const (
	keySetBytesMax = 1 << 20
	keySetMax      = 100
	rsaBitsMin     = 2048
	rsaBitsMax     = 8192 // larger ones only cost time
)

// publicKey is a key that signs tokens.
type publicKey struct {
	id  string
	alg string // that it is good for
	key crypto.PublicKey
}

// jwk is a JSON Web Key as far as it is used. Source: RFC 7517, RFC 7518.
type jwk struct {
	Kty string `json:"kty"`
	Kid string `json:"kid"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Crv string `json:"crv"`
	N   string `json:"n"`
	E   string `json:"e"`
	X   string `json:"x"`
	Y   string `json:"y"`
}

// parseKeySet reads the keys of a JSON Web Key Set that RS256 or ES256 can be verified with; the others,
// which are for encryption or other algorithms, are passed over.
func parseKeySet(text []byte) ([]publicKey, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("not a JSON Web Key Set")
	}
	if len(set.Keys) > keySetMax {
		return nil, errors.New("the key set has too many keys")
	}
	var keys []publicKey
	for _, k := range set.Keys {
		if p, ok := k.public(); ok {
			keys = append(keys, p)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set has no key for RS256 or ES256")
	}
	return keys, nil
}

func (k *jwk) public() (publicKey, bool) {
	p := publicKey{id: k.Kid}
	switch {
	case k.Use != "" && k.Use != "sig":
		return p, false
	case k.Kty == "RSA":
		p.alg, p.key = algRS256, rsaKey(k.N, k.E)
	case k.Kty == "EC" && k.Crv == "P-256":
		p.alg, p.key = algES256, ecKey(k.X, k.Y)
	}
	return p, p.key != nil && (k.Alg == "" || k.Alg == p.alg)
}

// rsaKey is nil for what is no safe key.
func rsaKey(n, e string) crypto.PublicKey {
	modulus, exponent := keyNumber(n), keyNumber(e)
	if modulus == nil || exponent == nil || modulus.BitLen() < rsaBitsMin || modulus.BitLen() > rsaBitsMax ||
		exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}
}

// ecKey is nil for what is no point of P-256.
func ecKey(x, y string) crypto.PublicKey {
	const size = 32
	point := []byte{4} // uncompressed
	for _, text := range []string{x, y} {
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(b) != size {
			return nil
		}
		point = append(point, b...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil
	}
	return key
}

func keyNumber(text string) *big.Int {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) == 0 {
		return nil
	}
	return new(big.Int).SetBytes(b)
}
