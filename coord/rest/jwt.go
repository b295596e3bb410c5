package rest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
	"strings"
)

// tokenBytesMax bounds a token before anything of it is read.
const tokenBytesMax = 16 << 10

// The signature algorithms of tokens. Others are refused, also those that a key set names: none, and MACs
// whose secret would be a public key.
const (
	algRS256 = "RS256"
	algES256 = "ES256"
)

// jwt is a JSON Web Token whose signature is not verified yet. Source: RFC 7515, RFC 7519, RFC 8725.
type jwt struct {
	alg, kid  string
	claims    *value // an object
	signed    string // header and claims as they were signed
	signature []byte
}

// parseJWT takes a token apart. Errors never hold parts of it.
func parseJWT(token string) (jwt, error) {
	if len(token) > tokenBytesMax {
		return jwt{}, errors.New("the token is too long")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return jwt{}, errors.New("the token has not three parts")
	}
	header, err := jwtObject(parts[0])
	if err != nil {
		return jwt{}, err
	}
	t := jwt{signed: token[:len(parts[0])+1+len(parts[1])]}
	if t.claims, err = jwtObject(parts[1]); err != nil {
		return jwt{}, err
	}
	if t.signature, err = base64.RawURLEncoding.Strict().DecodeString(parts[2]); err != nil {
		return jwt{}, errors.New("the signature is not base64url")
	}
	var typ string
	for i := range header.members {
		m := &header.members[i]
		switch m.name {
		case "alg":
			t.alg = m.value.text
		case "kid":
			t.kid = m.value.text
		case "typ":
			typ = strings.TrimPrefix(strings.ToLower(m.value.text), "application/")
		case "crit":
			return jwt{}, errors.New("the token has extensions that must be understood")
		}
	}
	switch {
	case t.alg != algRS256 && t.alg != algES256:
		return jwt{}, errors.New("the signature is neither RS256 nor ES256")
	case typ != "" && typ != "jwt" && typ != "at+jwt":
		return jwt{}, errors.New("the token is for another use")
	}
	return t, nil
}

// jwtObject reads the header or the claims: one JSON object, in which no name stands twice.
func jwtObject(part string) (*value, error) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, errors.New("a part of the token is not base64url")
	}
	v, err := parseJSON(text)
	if err != nil || v.kind != kindObject {
		return nil, errors.New("a part of the token is not a JSON object")
	}
	names := make([]string, len(v.members))
	for i := range v.members {
		names[i] = v.members[i].name
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(v.members) {
		return nil, errors.New("a part of the token has a member twice")
	}
	return &v, nil
}

// claim returns a claim by its name, or by the path whose parts dots separate, nil if there is none.
func (t *jwt) claim(name string) *value {
	if v := member1(t.claims, name); v != nil {
		return v
	}
	v := t.claims
	for part := range strings.SplitSeq(name, ".") {
		if v = member1(v, part); v == nil {
			return nil
		}
	}
	return v
}

func member1(v *value, name string) *value {
	for i := range v.members {
		if v.members[i].name == name {
			return &v.members[i].value
		}
	}
	return nil
}

// verifies says whether key made the signature.
func (t *jwt) verifies(key crypto.PublicKey) bool {
	sum := sha256.Sum256([]byte(t.signed))
	switch k := key.(type) {
	case *rsa.PublicKey:
		return t.alg == algRS256 && rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], t.signature) == nil
	case *ecdsa.PublicKey:
		const half = 32
		if t.alg != algES256 || len(t.signature) != 2*half {
			return false
		}
		r, s := new(big.Int).SetBytes(t.signature[:half]), new(big.Int).SetBytes(t.signature[half:])
		return ecdsa.Verify(k, sum[:], r, s)
	}
	return false
}
