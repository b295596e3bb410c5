package rest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestParseKeySet_LeavesOutWhatIsNotSafe(t *testing.T) {
	small, good := newRSA(t, "small", 1024), newRSA(t, "good", 2048)
	even := good.jwk()
	even["e"] = base64.RawURLEncoding.EncodeToString([]byte{1, 0, 0})
	one := good.jwk()
	one["e"] = "AQ"
	off := newEC(t, "off").jwk()
	off["y"] = off["x"]
	other := good.jwk()
	other["alg"] = "PS256"
	for name, k := range map[string]map[string]any{"small": small.jwk(), "even": even, "one": one, "off the curve": off, "for PS256": other, "no number": {"kty": "RSA", "n": "?", "e": "AQAB"}, "P-384": {"kty": "EC", "crv": "P-384"}} {
		text, err := json.Marshal(map[string]any{"keys": []any{k}})
		if err != nil {
			t.Fatal(err)
		}
		if keys, err := parseKeySet(text); err == nil {
			t.Errorf("%s: %v", name, keys)
		}
	}
	for _, text := range []string{"", "[]", `{"keys":5}`, `{"keys":[]}`, `{"keys":[` + strings.Repeat(`{},`, keySetMax) + `{}]}`} {
		if _, err := parseKeySet([]byte(text)); err == nil {
			t.Errorf("%.20s: no error", text)
		}
	}
}

// TestKeySet_Times follows a set of keys through rotation and an outage.
func TestKeySet_Times(t *testing.T) {
	first, second := newEC(t, "1"), newEC(t, "2")
	now, fetches := testNow, 0
	have, outage := []*signer{first}, false
	s := newKeySet(func(context.Context) ([]publicKey, error) {
		fetches++
		if outage {
			return nil, errors.New("down")
		}
		return parseKeySet([]byte(keySetText(t, have...)))
	}, time.Minute, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	step := func(what, id string, wantFetches int, want error) {
		t.Helper()
		k, err := s.key(t.Context(), id, algES256)
		if !errors.Is(err, want) || (err == nil) != (k != nil) || fetches != wantFetches {
			t.Fatalf("%s: %v after %d fetches, want %v after %d", what, err, fetches, want, wantFetches)
		}
	}
	outage = true
	step("an outage from the start", "1", 1, errNoKeys)
	step("at once again", "1", 1, errNoKeys)
	outage = false
	now = now.Add(keysRetryMin)
	step("later", "1", 2, nil)
	step("it is known", "1", 2, nil)
	step("the only one", "", 2, nil)
	step("an unknown one, just after a fetch", "2", 2, errUnauthorized)
	have = append(have, second)
	now = now.Add(keysRetryMin)
	step("a new one", "2", 3, nil)
	step("one of two is none", "", 3, errUnauthorized)
	have = have[1:]
	now = now.Add(2 * time.Minute)
	step("after the time to refresh the old one is gone", "1", 4, errUnauthorized)
	outage = true
	now = now.Add(2 * time.Minute)
	step("the last keys are good in an outage", "2", 5, nil)
	now = now.Add(keysStaleMax)
	step("for a day", "2", 6, errNoKeys)
}

// TestKeySet_ManyAskOneFetches lets many tokens with an unknown key come at once.
func TestKeySet_ManyAskOneFetches(t *testing.T) {
	e := newEC(t, "e")
	var fetches atomic.Int32
	s := newKeySet(func(context.Context) ([]publicKey, error) {
		fetches.Add(1)
		return parseKeySet([]byte(keySetText(t, e)))
	}, time.Minute, func() time.Time { return testNow }, slog.New(slog.DiscardHandler))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.key(t.Context(), "e", algES256); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s.turn <- struct{}{} // somebody fetches
	if _, err := s.key(ended, "x", algES256); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
