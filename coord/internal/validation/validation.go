// Package validation is how herders have connector configs checked.
package validation

import (
	"context"
	"errors"
	"net/http"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// Env is what the effects of these operations work on.
type Env interface{ Worker() coord.Worker }

// Class is what a config's connector class is.
type Class struct {
	Kind    connectors.Kind
	Version string
}

func what(config map[string]string) string {
	return "validating the config of a connector of class " + config["connector.class"]
}

// Report checks a config for a client. ctx is the request's. Failures are those of a check that did not come
// to an end: Java answers them with status 500 and the exception as text.
//
// Ownership: the arguments belong to the check, which may go on when ctx has ended.
// Source: AbstractHerder.validateConnectorConfig, FutureCallback.get.
func Report[E Env](ctx context.Context, p *coroutine.Proc[E], config map[string]string, nulls []string) (*connectors.Validation, error) {
	v, err := coroutine.CallPlugin(ctx, p, what(config), func(ctx context.Context, on E) (*connectors.Validation, error) {
		return on.Worker().Validate(ctx, config, nulls...)
	})
	var of interface{ JavaClass() string }
	if errors.As(err, &of) {
		err = &coord.RequestError{Status: http.StatusInternalServerError, Text: of.JavaClass() + ": " + err.Error(), Err: err}
	}
	return v, err
}

// Check checks a config that is to be stored, and finds its class. ctx is the request's.
//
// Errors: the refusal, with all faults found. Source: AbstractHerder.validateConnectorConfig.
func Check[E Env](ctx context.Context, p *coroutine.Proc[E], config map[string]string) (Class, error) {
	return coroutine.CallPlugin(ctx, p, what(config), func(ctx context.Context, on E) (Class, error) {
		v, err := on.Worker().Validate(ctx, config)
		if err == nil {
			err = coord.InvalidConfig(v)
		}
		if err != nil {
			return Class{}, err
		}
		kind, version := on.Worker().Describe(ctx, config)
		return Class{kind, version}, nil
	})
}
