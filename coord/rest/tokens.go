package rest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tokens checks bearer tokens of one issuer. Source: OpenID Connect Core 3.1.3.7, RFC 9068.
type tokens struct {
	issuer     string
	audiences  []string // one of which a token must be for
	userClaim  string
	groupClaim string
	skew       time.Duration
	keys       *keySet
	now        func() time.Time
}

// verify says whom a token names.
//
// Errors: errUnauthorized with what is wrong, which is for the log; errNoKeys; ctx's.
func (t *tokens) verify(ctx context.Context, text string) (identity, error) {
	token, err := parseJWT(text)
	if err != nil {
		return identity{}, fmt.Errorf("%w: %w", errUnauthorized, err)
	}
	// What costs nothing comes first: no key is fetched for a stranger's token.
	if why := t.claims(&token); why != "" {
		return identity{}, fmt.Errorf("%w: %s", errUnauthorized, why)
	}
	key, err := t.keys.key(ctx, token.kid, token.alg)
	if err != nil {
		return identity{}, err
	}
	if !token.verifies(key) {
		return identity{}, fmt.Errorf("%w: the token's signature is wrong", errUnauthorized)
	}
	name := token.claim(t.userClaim)
	if name == nil || name.kind != kindText || name.text == "" {
		return identity{}, fmt.Errorf("%w: the token has no claim %s", errUnauthorized, t.userClaim)
	}
	return identity{kind: kindToken, name: name.text, groups: claimTexts(token.claim(t.groupClaim))}, nil
}

// claims says what of issuer, audience and times is wrong, "" for nothing.
func (t *tokens) claims(token *jwt) string {
	if iss := token.claim("iss"); iss == nil || iss.kind != kindText || iss.text != t.issuer {
		return "the token is of another issuer"
	}
	if !slices.ContainsFunc(claimList(token.claim("aud")), func(a string) bool { return slices.Contains(t.audiences, a) }) {
		return "the token is for another audience"
	}
	now := float64(t.now().UnixMilli()) / 1000
	skew := t.skew.Seconds()
	switch exp, ok := claimTime(token.claim("exp")); {
	case !ok:
		return "the token has no time at which it expires"
	case now >= exp+skew:
		return "the token has expired"
	}
	if v := token.claim("nbf"); v != nil {
		switch nbf, ok := claimTime(v); {
		case !ok:
			return "the token's nbf is no time"
		case now+skew < nbf:
			return "the token is not valid yet"
		}
	}
	return ""
}

// claimTime reads a NumericDate, in seconds.
func claimTime(v *value) (float64, bool) {
	if v == nil || v.kind != kindNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.text, 64)
	return f, err == nil
}

// claimList is a claim that is a text or a list of texts.
func claimList(v *value) []string {
	switch {
	case v == nil:
		return nil
	case v.kind == kindText:
		return []string{v.text}
	}
	var out []string
	for i := range v.items {
		if v.items[i].kind == kindText {
			out = append(out, v.items[i].text)
		}
	}
	return out
}

// claimTexts is claimList, of which a text is words, as scopes are.
func claimTexts(v *value) []string {
	if v != nil && v.kind == kindText {
		return strings.Fields(v.text)
	}
	return claimList(v)
}
