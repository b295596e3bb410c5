package rest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// signer makes tokens with a key, and the entry of a key set for it.
type signer struct {
	id  string
	rsa *rsa.PrivateKey
	ec  *ecdsa.PrivateKey
}

func newRSA(t testing.TB, id string, bits int) *signer {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{id: id, rsa: k}
}

func newEC(t testing.TB, id string) *signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{id: id, ec: k}
}

func (s *signer) jwk() map[string]any {
	b := base64.RawURLEncoding.EncodeToString
	if s.rsa != nil {
		return map[string]any{"kty": "RSA", "kid": s.id, "use": "sig", "alg": "RS256", "n": b(s.rsa.N.Bytes()), "e": b([]byte{1, 0, 1}), "x5t": "ignored"}
	}
	point, _ := s.ec.PublicKey.Bytes() // of P-256
	return map[string]any{"kty": "EC", "kid": s.id, "crv": "P-256", "x": b(point[1:33]), "y": b(point[33:])}
}

func (s *signer) alg() string {
	if s.rsa != nil {
		return "RS256"
	}
	return "ES256"
}

// sign makes a token of a header and claims as they stand.
func (s *signer) sign(t testing.TB, header, claims string) string {
	t.Helper()
	b := base64.RawURLEncoding.EncodeToString
	signed := b([]byte(header)) + "." + b([]byte(claims))
	sum := sha256.Sum256([]byte(signed))
	var signature []byte
	if s.rsa != nil {
		var err error
		if signature, err = rsa.SignPKCS1v15(rand.Reader, s.rsa, crypto.SHA256, sum[:]); err != nil {
			t.Fatal(err)
		}
	} else {
		r, v, err := ecdsa.Sign(rand.Reader, s.ec, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		signature = make([]byte, 64)
		r.FillBytes(signature[:32])
		v.FillBytes(signature[32:])
	}
	return signed + "." + b(signature)
}

// token makes a good token with changes: nil removes a claim.
func (s *signer) token(t testing.TB, changes map[string]any) string {
	t.Helper()
	claims := map[string]any{"iss": testIssuer, "aud": "connect", "sub": "ann", "exp": testNow.Unix() + 60, "groups": []string{"ops"}}
	for k, v := range changes {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return s.sign(t, fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"JWT"}`, s.alg(), s.id), string(text))
}

func keySetText(t testing.TB, keys ...*signer) string {
	t.Helper()
	all := []any{map[string]any{"kty": "oct", "kid": "secret", "k": "AAAA"}, map[string]any{"kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB"}}
	for _, k := range keys {
		all = append(all, k.jwk())
	}
	text, err := json.Marshal(map[string]any{"keys": all})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const testIssuer = "https://issuer.example/realm"

var testNow = time.Unix(1_800_000_000, 0)

// fixedTokens knows keys and has testNow as its time.
func fixedTokens(t testing.TB, keys ...*signer) *tokens {
	t.Helper()
	now := func() time.Time { return testNow }
	text := []byte(keySetText(t, keys...))
	fetch := func(context.Context) ([]publicKey, error) { return parseKeySet(text) }
	return &tokens{
		issuer: testIssuer, audiences: []string{"other", "connect"}, userClaim: "sub", groupClaim: "groups", skew: 30 * time.Second, now: now,
		keys: newKeySet(fetch, time.Minute, now, slog.New(slog.DiscardHandler)),
	}
}

func TestTokens(t *testing.T) {
	r, e, stranger := newRSA(t, "r1", 2048), newEC(t, "e1"), newEC(t, "e1")
	tokens := fixedTokens(t, r, e)
	now := testNow.Unix()
	claims := fmt.Sprintf(`{"iss":%q,"aud":"connect","sub":"ann","exp":%d}`, testIssuer, now+60)
	good := e.token(t, nil)
	parts := strings.Split(good, ".")
	hmacOf := func(header string) string { // signed with the public key, as a library takes it that believes alg
		b := base64.RawURLEncoding.EncodeToString
		signed := b([]byte(header)) + "." + b([]byte(claims))
		m := hmac.New(sha256.New, r.rsa.N.Bytes())
		m.Write([]byte(signed))
		return signed + "." + b(m.Sum(nil))
	}
	cases := []struct{ name, token, says string }{ // says "" is good
		{"RS256", r.token(t, nil), ""},
		{"ES256", good, ""},
		{"audience in a list", e.token(t, map[string]any{"aud": []string{"x", "connect"}}), ""},
		{"times with fractions", e.token(t, map[string]any{"exp": float64(now) + 0.5, "nbf": float64(now) - 0.5}), ""},
		{"expired within the skew", e.token(t, map[string]any{"exp": now - 29}), ""},
		{"not yet valid within the skew", e.token(t, map[string]any{"nbf": now + 30}), ""},
		{"access token", e.sign(t, `{"alg":"ES256","kid":"e1","typ":"application/AT+JWT"}`, claims), ""},
		{"without a key id, the only one of its kind", e.sign(t, `{"alg":"ES256"}`, claims), ""},

		{"expired", e.token(t, map[string]any{"exp": now - 30}), "has expired"},
		{"no expiry", e.token(t, map[string]any{"exp": nil}), "no time at which it expires"},
		{"expiry as text", e.token(t, map[string]any{"exp": fmt.Sprint(now + 60)}), "no time at which it expires"},
		{"expiry beyond numbers", e.sign(t, `{"alg":"ES256","kid":"e1"}`, strings.Replace(claims, fmt.Sprint(now+60), "1e999", 1)), "no time at which it expires"},
		{"not yet valid", e.token(t, map[string]any{"nbf": now + 31}), "not valid yet"},
		{"nbf as text", e.token(t, map[string]any{"nbf": "soon"}), "nbf is no time"},
		{"another issuer", e.token(t, map[string]any{"iss": testIssuer + "/"}), "another issuer"},
		{"no issuer", e.token(t, map[string]any{"iss": nil}), "another issuer"},
		{"another audience", e.token(t, map[string]any{"aud": "connect2"}), "another audience"},
		{"no audience", e.token(t, map[string]any{"aud": nil}), "another audience"},
		{"audience as a number", e.token(t, map[string]any{"aud": 5}), "another audience"},
		{"no user", e.token(t, map[string]any{"sub": nil}), "no claim sub"},
		{"empty user", e.token(t, map[string]any{"sub": ""}), "no claim sub"},
		{"user as a number", e.token(t, map[string]any{"sub": 7}), "no claim sub"},
		{"a stranger's key under our id", stranger.token(t, nil), "signature is wrong"},
		{"an id that is not there", newEC(t, "e9").token(t, nil), "no such key"},
		{"a key of another kind", e.sign(t, `{"alg":"RS256","kid":"e1"}`, claims), "no such key"},
		{"other claims under the signature", parts[0] + "." + strings.Split(e.token(t, map[string]any{"sub": "root"}), ".")[1] + "." + parts[2], "signature is wrong"},
		{"another header under the signature", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"e1"}`)) + "." + parts[1] + "." + parts[2], "signature is wrong"},
		{"no signature", parts[0] + "." + parts[1] + ".", "signature is wrong"},
		{"half a signature", parts[0] + "." + parts[1] + "." + parts[2][:43], ""},
		{"zeros for a signature", parts[0] + "." + parts[1] + "." + strings.Repeat("A", 86), "signature is wrong"},
		{"none", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", "neither RS256 nor ES256"},
		{"None", base64.RawURLEncoding.EncodeToString([]byte(`{"ALG":"ES256","alg":"None"}`)) + "." + parts[1] + ".", "neither RS256 nor ES256"},
		{"HS256 with the public key", hmacOf(`{"alg":"HS256","kid":"r1"}`), "neither RS256 nor ES256"},
		{"RS256 that is an HMAC", hmacOf(`{"alg":"RS256","kid":"r1"}`), "signature is wrong"},
		{"extensions", e.sign(t, `{"alg":"ES256","kid":"e1","crit":["b64"],"b64":false}`, claims), "must be understood"},
		{"of another use", e.sign(t, `{"alg":"ES256","kid":"e1","typ":"logout+jwt"}`, claims), "another use"},
		{"member twice", e.sign(t, `{"alg":"ES256","kid":"e1"}`, strings.Replace(claims, `"sub":"ann"`, `"sub":"ann","sub":"root"`, 1)), "member twice"},
		{"header twice", e.sign(t, `{"alg":"ES256","kid":"e1","alg":"ES256"}`, claims), "member twice"},
		{"claims that are a list", e.sign(t, `{"alg":"ES256","kid":"e1"}`, `[]`), "not a JSON object"},
		{"text after the claims", e.sign(t, `{"alg":"ES256","kid":"e1"}`, claims+"x"), "not a JSON object"},
		{"padding", parts[0] + "." + parts[1] + "." + parts[2] + "==", "not base64url"},
		{"plain base64", parts[0] + "." + parts[1] + "." + strings.Repeat("+/", 43), "not base64url"},
		{"two parts", parts[0] + "." + parts[1], "three parts"},
		{"four parts", good + ".x", "three parts"},
		{"nothing", "", "three parts"},
		{"too long", strings.Repeat("A", tokenBytesMax+1), "too long"},
	}
	for _, c := range cases {
		who, err := tokens.verify(t.Context(), c.token)
		if c.name == "half a signature" { // it may be no base64url, but never a signature
			if err == nil {
				t.Error("half a signature is taken")
			}
			continue
		}
		switch {
		case c.says == "" && (err != nil || who.kind != kindToken || who.name != "ann"):
			t.Errorf("%s: %v, %v", c.name, who, err)
		case c.says != "" && (!errors.Is(err, errUnauthorized) || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v, %v, want %s", c.name, who, err, c.says)
		}
	}
}

func TestTokens_NamesAndGroupsComeFromTheClaimsThatAreConfigured(t *testing.T) {
	e := newEC(t, "e")
	tokens := fixedTokens(t, e)
	tokens.userClaim, tokens.groupClaim = "preferred_username", "realm_access.roles"
	cases := []struct {
		claims map[string]any
		want   string
	}{
		{map[string]any{"preferred_username": "bob", "realm_access": map[string]any{"roles": []any{"a", 5, "b c"}}}, "token:bob [a b c] 2"},
		{map[string]any{"preferred_username": "bob", "realm_access": "x"}, "token:bob [] 0"},
		{map[string]any{"preferred_username": "bob", "realm_access.roles": "a  b"}, "token:bob [a b] 2"},
		{map[string]any{"preferred_username": "bob", "realm_access.roles": 5}, "token:bob [] 0"},
	}
	for _, c := range cases {
		who, err := tokens.verify(t.Context(), e.token(t, c.claims))
		if got := fmt.Sprint(who, " ", who.groups, " ", len(who.groups)); err != nil || got != c.want {
			t.Errorf("%v: %s, %v, want %s", c.claims, got, err, c.want)
		}
	}
}

func FuzzToken(f *testing.F) {
	e := newEC(f, "e")
	tokens := fixedTokens(f, e)
	good := e.token(f, nil)
	f.Add(good)
	f.Add("a.b.c")
	f.Add(strings.Replace(good, ".", "..", 1))
	f.Fuzz(func(t *testing.T, token string) {
		who, err := tokens.verify(context.Background(), token)
		if err == nil && (token != good || who.name != "ann") {
			t.Fatalf("%q is %v", token, who)
		}
		if err != nil && !errors.Is(err, errUnauthorized) {
			t.Fatal(err)
		}
	})
}
