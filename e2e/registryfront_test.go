//go:build e2e || soak

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// registryFault is what a registry does in place of answering.
type registryFault string

// The faults.
const (
	noFault       registryFault = ""
	answersBroken registryFault = "500"
	answersBusy   registryFault = "429"
	answersNever  registryFault = "slow" // until the client gives up
	isAway        registryFault = "down" // connections end
)

// registryFront stands before a registry and fails for it.
type registryFront struct {
	*httptest.Server
	fault atomic.Value // registryFault
	hit   atomic.Int64 // requests that met the fault
}

// newRegistryFront starts a front of the registry at target; it ends with the test.
func newRegistryFront(t *testing.T, target string) *registryFront {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	f := &registryFront{}
	f.fault.Store(noFault)
	behind := httputil.NewSingleHostReverseProxy(to)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := f.fault.Load().(registryFault)
		switch fault {
		case noFault:
			behind.ServeHTTP(w, r)
			return
		case answersBroken:
			w.WriteHeader(http.StatusInternalServerError)
		case answersBusy:
			w.WriteHeader(http.StatusTooManyRequests)
		case answersNever:
			_, _ = io.Copy(io.Discard, r.Body) // a client that gives up is seen behind the body only
			<-r.Context().Done()
		case isAway:
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = c.Close() // what the client sees is all the same
			}
		}
		f.hit.Add(1)
	}))
	t.Cleanup(f.Close)
	return f
}

// fail lets the front fail from now on.
func (f *registryFront) fail(fault registryFault) {
	f.hit.Store(0)
	f.fault.Store(fault)
}

// healWhenHit ends a fault once it has been met often enough and long enough.
func (f *registryFront) healWhenHit(t *testing.T, who string, least time.Duration) {
	t.Helper()
	fault := f.fault.Load().(registryFault)
	if fault == noFault {
		return
	}
	const often = 3
	since := time.Now()
	harness.Eventually(t, least+registryMax, fmt.Sprintf("%s meets a registry that is %q", who, fault), func(context.Context) (bool, error) {
		n := f.hit.Load()
		return n >= often && time.Since(since) >= least, fmt.Errorf("%d requests", n)
	})
	f.fault.Store(noFault)
}
