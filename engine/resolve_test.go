package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
)

// hanging is a provider that answers when free is closed, or panics where it is nil.
type hanging struct{ free chan struct{} }

func (h hanging) Get(path string, keys []string) (config.Data, error) {
	if h.free == nil {
		panic("no vault")
	}
	<-h.free
	return fixed{}.Get(path, keys)
}

// withProvider returns a worker whose variables ${p:…} come from a provider.
func withProvider(t *testing.T, p config.Provider) *engine.Worker {
	t.Helper()
	w, err := engine.NewWorker(engine.Options{
		Config:      pairs("key.converter=StringConverter", "value.converter=StringConverter"),
		Plugins:     plugin.Set{Converters: codec.NewSet(append(primitive.Classes(), header.Classes()...)...)},
		Transformer: config.NewTransformer(map[string]config.Provider{"p": p}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestResolve_ReplacesVariables(t *testing.T) {
	got, err := withProvider(t, fixed{}).Resolve(t.Context(), pairs("a=${p:x:k}", "b=${other:x:k}"))
	if err != nil || got["a"] != "x/k" || got["b"] != "${other:x:k}" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestResolve_AProviderThatPanicsIsAnError(t *testing.T) {
	if _, err := withProvider(t, hanging{}).Resolve(t.Context(), pairs("a=${p:x:k}")); err == nil || err.Error() != "panic: no vault" {
		t.Errorf("error is %v", err)
	}
}

func TestResolve_AProviderThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hanging{make(chan struct{})}
		w, props := withProvider(t, p), pairs("b=${p:x:k}", "a=1", "c=${p:y:k}")
		const want = `config providers did not answer in time for the variables in the values of ["b" "c"]: check that what they read from can be read`
		start := time.Now()
		var of *config.ConfigException
		if _, err := w.Resolve(t.Context(), props); !errors.As(err, &of) || err.Error() != want {
			t.Errorf("error is %v", err)
		}
		if err := w.StartTask(t.Context(), connectors.TaskID{Connector: "s"}, 1, props, props, connectors.TargetStarted, nil); err == nil || err.Error() != want {
			t.Errorf("error is %v", err)
		}
		if d := time.Since(start); d != time.Minute {
			t.Errorf("both took %v", d)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := w.Resolve(ctx, props); err == nil || err.Error() != want {
			t.Errorf("error is %v", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if _, err := w.Resolve(ctx, props); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		// Without a variable nobody is asked.
		if got, err := w.Resolve(ctx, pairs("a=1")); err != nil || got["a"] != "1" {
			t.Errorf("%v, %v", got, err)
		}
		close(p.free)
		got, err := w.Resolve(t.Context(), props)
		if err != nil || !slices.Equal([]string{got["a"], got["b"], got["c"]}, []string{"1", "x/k", "y/k"}) {
			t.Errorf("%v, %v", got, err)
		}
	})
}
