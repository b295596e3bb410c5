package group

import (
	"net/http"
	"slices"
	"strings"

	"github.com/millrace/millrace/coord"
)

// Headers of a signed internal request. Source: InternalRequestSignature.
const (
	SignatureHeader = "X-Connect-Authorization"
	AlgorithmHeader = "X-Connect-Request-Signature-Algorithm"
)

// Verify checks the signature of an internal request in a group whose protocol signs them (Protocol.Signed).
// allowed is inter.worker.signature.verification.algorithms; key is the newest that the config topic has,
// nil if none.
//
// Errors: a *coord.RequestError with the status and text that Java answers.
// Source: DistributedHerder.requestNotSignedProperly.
func Verify(s coord.Signature, key *SessionKey, allowed []string) error {
	switch {
	case !s.Present:
		return coord.Errorf(http.StatusBadRequest, "Internal request missing required signature")
	case !KnownAlgorithm(s.Algorithm):
		return coord.Errorf(http.StatusBadRequest, "Algorithm %s not available", s.Algorithm)
	case !slices.Contains(allowed, s.Algorithm):
		return coord.Errorf(http.StatusBadRequest, "This worker does not support the '%s' key signing algorithm used by other workers. "+
			"This worker is currently configured to use: %s. "+
			"Check that all workers' configuration files permit the same set of signature algorithms, "+
			"and correct any misconfigured worker and restart it.", s.Algorithm, "["+strings.Join(allowed, ", ")+"]")
	case key == nil:
		return coord.Errorf(http.StatusServiceUnavailable, "This worker is still starting up and has not been able to read a session key from the config topic yet")
	case !key.Valid(s.Algorithm, s.Body, s.MAC):
		return coord.Errorf(http.StatusForbidden, "Internal request contained invalid signature.")
	}
	return nil
}
