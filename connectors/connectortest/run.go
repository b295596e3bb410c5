package connectortest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"go.uber.org/goleak"
)

// patience is how long the kit waits for something that must happen at once. It is never waited for
// when all is well.
const patience = 20 * time.Second

// Plugin is what Run checks: a Source or a Sink.
type Plugin interface {
	checks() []check
}

// check is one promise; run returns how it is broken.
type check struct {
	name string
	run  func(t testing.TB, pool *batch.Pool) error
}

// Run checks the plugin, a subtest for each promise.
func Run(t *testing.T, p Plugin) {
	t.Helper()
	for _, c := range p.checks() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(t); err != nil {
				t.Error(err)
			}
		})
	}
}

// do runs the check and looks for what it left behind.
func (c check) do(t testing.TB) (err error) {
	leaks := &recorder{}
	pool := batch.NewPool(mem.Checked(leaks))
	goroutines := goleak.IgnoreCurrent()
	before := descriptors()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			return
		}
		errs := []error{err}
		if e := goleak.Find(goroutines); e != nil {
			errs = append(errs, e)
		}
		for d, n := range descriptors() {
			if n > before[d] {
				errs = append(errs, fmt.Errorf("file descriptor left open: %s", d))
			}
		}
		err = errors.Join(append(errs, leaks.finish()...)...)
	}()
	return c.run(t, pool)
}

// recorder collects what mem.Checked reports.
type recorder struct {
	cleanups []func()
	errs     []error
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf(format, args...))
}

func (r *recorder) finish() []error {
	for _, f := range r.cleanups {
		f()
	}
	return r.errs
}

// within runs f and fails when it does not return soon.
func within(what string, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return fmt.Errorf("%s did not return within %v", what, patience)
	}
}
