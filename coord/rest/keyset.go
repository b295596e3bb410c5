package rest

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// When keys are fetched.
const (
	keysFetchMax = 10 * time.Second // one fetch
	keysRetryMin = 10 * time.Second // between two: tokens with unknown keys cannot make more of them
	keysStaleMax = 24 * time.Hour   // how long keys are good whose issuer cannot be asked
)

// errNoKeys is that tokens cannot be checked.
var errNoKeys = errors.New("the keys of the tokens' issuer are not to be had")

// keySet is the keys of an issuer: fetched when a token needs them, again after refresh, and when a token
// names a key that is not there. While the issuer cannot be asked the old ones are good for keysStaleMax.
// Safe for concurrent use.
type keySet struct {
	fetch   func(context.Context) ([]publicKey, error)
	refresh time.Duration
	now     func() time.Time
	log     *slog.Logger
	turn    chan struct{} // holds an element while somebody fetches

	mu      sync.Mutex
	keys    []publicKey
	fetched time.Time // when keys came
	tried   time.Time // when they were asked for
}

func newKeySet(fetch func(context.Context) ([]publicKey, error), refresh time.Duration, now func() time.Time, log *slog.Logger) *keySet {
	return &keySet{fetch: fetch, refresh: refresh, now: now, log: log, turn: make(chan struct{}, 1)}
}

// key returns the key with an id, for an algorithm; without an id the only one for that.
// Errors: errNoKeys; errUnauthorized when the issuer has no such key.
func (s *keySet) key(ctx context.Context, id, alg string) (crypto.PublicKey, error) {
	k, due := s.look(id, alg)
	switch {
	case k != nil && !due:
		return k, nil
	case k != nil:
		select {
		case s.turn <- struct{}{}:
		default: // somebody fetches: until then the old one is good
			return k, nil
		}
	default:
		select {
		case s.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.update(ctx)
	<-s.turn
	k, _ = s.look(id, alg)
	switch {
	case k != nil:
		return k, nil
	case s.empty():
		return nil, errNoKeys
	}
	return nil, fmt.Errorf("%w: the token's issuer has no such key", errUnauthorized)
}

// look returns a key that is there, nil if it is not, and whether the keys are due to be fetched.
func (s *keySet) look(id, alg string) (key crypto.PublicKey, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	age := s.now().Sub(s.fetched)
	if age > keysStaleMax {
		s.keys = nil
	}
	var found []crypto.PublicKey
	for _, k := range s.keys {
		if k.alg == alg && (id == "" || k.id == id) {
			found = append(found, k.key)
		}
	}
	if len(found) == 0 || id == "" && len(found) > 1 {
		return nil, true
	}
	return found[0], age > s.refresh
}

func (s *keySet) empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.keys) == 0
}

// update fetches, unless that was tried just now. Its caller has the turn.
func (s *keySet) update(ctx context.Context) {
	s.mu.Lock()
	now := s.now()
	early := !s.tried.IsZero() && now.Sub(s.tried) < keysRetryMin
	if !early {
		s.tried = now
	}
	s.mu.Unlock()
	if early {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysFetchMax) // others wait for it too
	defer cancel()
	keys, err := s.fetch(ctx)
	if err != nil {
		s.log.Warn("the keys of the tokens' issuer cannot be fetched: tokens are checked with those known before, if any", "err", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.fetched = slices.Clip(keys), now
}
