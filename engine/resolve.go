package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/millrace/millrace/config"
)

// resolveMax is how long config providers may take over one config. Java waits for ever, and all of the
// herder with it; what they read, a file on a network mount above all, may never answer.
const resolveMax = 30 * time.Second

// Resolve replaces ${provider:path:key} in a config. It waits for config providers until ctx ends, and for
// at most 30 seconds.
//
// How long values live is not looked at: of the providers there are, which are Java's, none says it, so that
// config.action.reload has nothing to reload for.
//
// Errors: the first one of a provider; a ConfigException when they do not answer in time.
// Source: WorkerConfigTransformer.transform.
func (w *Worker) Resolve(ctx context.Context, props map[string]string) (map[string]string, error) {
	variable := variables(props)
	if w.opt.Transformer == nil || len(variable) == 0 {
		return maps.Clone(props), nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveMax)
	defer cancel()
	type answer struct {
		props map[string]string
		err   error
	}
	out := make(chan answer, 1)
	own := maps.Clone(props) // a provider that hangs holds on to it
	go func() {
		var a answer
		a.err = guard(func() (err error) {
			a.props, _, err = w.opt.Transformer.Transform(own)
			return err
		})
		out <- a
	}()
	select {
	case a := <-out:
		return a.props, a.err
	case <-ctx.Done():
	}
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, ctx.Err()
	}
	return nil, config.NewException("", fmt.Sprintf(
		"config providers did not answer in time for the variables in the values of %q: check that what they read from can be read", variable))
}

// variables returns the keys, sorted, whose values hold variables.
func variables(props map[string]string) []string {
	var keys []string
	for k, v := range props {
		if config.HasVariable(v) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}
