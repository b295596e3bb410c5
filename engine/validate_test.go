package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
)

// member is a worker of a cluster whose group is connect-k.
func member(t *testing.T, set plugin.Set, settings ...string) *engine.Worker {
	t.Helper()
	set.Converters = codec.NewSet(append(primitive.Classes(), header.Classes()...)...)
	props := pairs(append([]string{"key.converter=StringConverter", "value.converter=StringConverter", "group.id=connect-k"}, settings...)...)
	w, err := engine.NewWorker(engine.Options{Config: props, Plugins: set, Distributed: true, Pool: batch.NewPool(mem.Checked(t))})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// complaints is the errors of a validation by key.
func complaints(v *connectors.Validation) string {
	var out []string
	for _, c := range v.Configs {
		for _, e := range c.Value.Errors {
			out = append(out, c.Value.Name+": "+e)
		}
	}
	return fmt.Sprintf("%d %s", v.ErrorCount, strings.Join(out, "; "))
}

func TestValidate_InACluster(t *testing.T) {
	sinks, sources := sinkOf(&fakeConnector{}), sourceOf(&fakeConnector{})
	supporting := plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSourceConnector", TaskClass: "t", Def: config.NewDef(),
		NewSource: func() connectors.SourceConnector { return exactlyOnce{fakeSourceConnector{&fakeConnector{}}} },
	})}
	const required = "exactly.once.support: This worker does not have exactly-once source support enabled."
	for _, c := range []struct {
		name  string
		set   plugin.Set
		props map[string]string
		want  string
	}{
		{"group of the workers by name", sinks, sink(), "1 name: Consumer group for sink connector named k conflicts with Connect worker group connect-k"},
		{"group of the workers by override", sinks, sink("consumer.override.group.id=connect-k"),
			"1 consumer.override.group.id: Consumer group connect-k conflicts with Connect worker group connect-k"},
		{"another group", sinks, sink("consumer.override.group.id=g"), "0 "},
		{"no support", sources, source("exactly.once.support=required"), "2 " + required + "; exactly.once.support: The connector does not implement the API required for " +
			"preflight validation of exactly-once source support. Please consult the documentation for the connector to determine whether it supports exactly-once " +
			"semantics, and then consider reconfiguring the connector to use the value \"requested\" for this property (which will disable this preflight check and " +
			"allow the connector to be created)."},
		{"support that depends", supporting, source("exactly.once.support=required", "once=no"), "2 " + required +
			"; exactly.once.support: The connector does not support exactly-once semantics with the provided configuration."},
		{"support", supporting, source("exactly.once.support=REQUIRED"), "1 " + required},
		{"support that fails", supporting, source("exactly.once.support=required", "once=panic"), "2 " + required +
			"; exactly.once.support: An unexpected error occurred during validation: panic: oops"},
		{"boundaries", sources, source("transaction.boundary=connector"), "1 transaction.boundary: The connector does not support connector-defined transaction " +
			"boundaries with the given configuration. Please reconfigure it to use a different transaction boundary definition."},
		{"boundaries of its own", supporting, source("transaction.boundary=connector"), "0 "},
		{"own offsets topic", sources, source("offsets.storage.topic=o", "consumer.override.fetch.min.bytes=x"), "! Invalid value x for configuration fetch.min.bytes: Not a number of type INT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := member(t, c.set).Validate(t.Context(), c.props)
			got := ""
			if err != nil {
				got = "! " + err.Error()
			} else {
				got = complaints(v)
			}
			if got != c.want {
				t.Errorf("answer is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// exactlyOnce is a source that supports it unless its config says otherwise.
type exactlyOnce struct{ fakeSourceConnector }

func (exactlyOnce) ExactlyOnceSupport(props map[string]string) bool {
	if props["once"] == "panic" {
		panic("oops")
	}
	return props["once"] != "no"
}

func (exactlyOnce) CanDefineTransactionBoundaries(map[string]string) bool { return true }

func TestValidate_OverridesThatThePolicyRefuses(t *testing.T) {
	v, err := member(t, sourceOf(&fakeConnector{}), "connector.client.config.override.policy=Principal").Validate(t.Context(),
		source("producer.override.acks=1", "producer.override.sasl.jaas.config=secret", "producer.override.no.such.key=x"))
	if err != nil {
		t.Fatal(err)
	}
	want := "2 producer.override.acks: The 'Principal' policy does not allow 'acks' to be overridden in the connector configuration.; " +
		"producer.override.no.such.key: The 'Principal' policy does not allow 'no.such.key' to be overridden in the connector configuration."
	if complaints(v) != want {
		t.Errorf("answer is\n%s\nwant\n%s", complaints(v), want)
	}
	for _, c := range v.Configs {
		switch c.Value.Name {
		case "producer.override.sasl.jaas.config":
			if text, _ := c.Value.Text(); text != "[hidden]" {
				t.Errorf("the secret is shown as %q", text)
			}
		case "producer.override.no.such.key":
			if c.Definition != nil {
				t.Error("an unknown setting has a definition")
			}
		}
	}
}

// checking is a connector that checks its config itself.
type checking struct {
	fakeSourceConnector
	values []config.ConfigValue
	err    error
}

func (c checking) Validate(context.Context, map[string]string) ([]config.ConfigValue, error) {
	return c.values, c.err
}

func TestValidate_ThePluginsWordCounts(t *testing.T) {
	plug := checking{fakeSourceConnector: fakeSourceConnector{&fakeConnector{}}, values: []config.ConfigValue{
		{Name: "name", Value: "s", Errors: []string{"taken"}, Visible: true},
		{Name: "extra", Value: "v", Errors: []string{"odd"}, Visible: true},
		{Name: "own", Value: int32(1), Visible: true},
	}}
	set := plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSourceConnector", TaskClass: "t",
		Def:       config.NewDef().Define(config.Key{Name: "own", Type: config.Int, Default: 3, Group: "Mine"}),
		NewSource: func() connectors.SourceConnector { return plug },
	})}
	w := member(t, set)
	v, err := w.Validate(t.Context(), source())
	if err != nil {
		t.Fatal(err)
	}
	if want := "2 extra: odd; name: taken"; complaints(v) != want {
		t.Errorf("answer is %s, want %s", complaints(v), want)
	}
	if v.Configs[0].Definition != nil || v.Configs[0].Value.Name != "extra" || !slices.Contains(v.Groups, "Mine") {
		t.Errorf("first is %+v, groups are %v", v.Configs[0], v.Groups)
	}
	plug.err = connectors.Errorf("no network")
	if _, err := w.Validate(t.Context(), source()); err == nil || err.Error() != "no network" {
		t.Errorf("error is %v", err)
	}
}

func TestValidate_ClassesThatPluginsNameAreTheirOwn(t *testing.T) {
	set := plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSourceConnector", TaskClass: "t",
		Def:       config.NewDef().Define(config.Key{Name: "policy.class", Type: config.Class, Required: true}),
		NewSource: func() connectors.SourceConnector { return fakeSourceConnector{&fakeConnector{}} },
	})}
	v, err := member(t, set).Validate(t.Context(), source("policy.class=org.example.Policy"))
	if err != nil {
		t.Fatal(err)
	}
	if complaints(v) != "0 " {
		t.Errorf("answer is %s", complaints(v))
	}
}

// A worker that stands alone knows nothing of exactly-once: what asks for it is let through, as Java does.
func TestExactlyOnce_IsIgnoredStandingAlone(t *testing.T) {
	set := sourceOf(&fakeConnector{})
	set.Converters = codec.NewSet(append(primitive.Classes(), header.Classes()...)...)
	props := pairs("key.converter=StringConverter", "value.converter=StringConverter", "exactly.once.source.support=enabled")
	w, err := engine.NewWorker(engine.Options{Config: props, Plugins: set, Pool: batch.NewPool(mem.Checked(t))})
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Validate(t.Context(), source("exactly.once.support=required", "transaction.boundary=connector", "consumer.override.fetch.min.bytes=x", "offsets.storage.topic=o"))
	if err != nil {
		t.Fatal(err)
	}
	if got := complaints(v); got != "0 " {
		t.Error(got)
	}
	if _, err := engine.NewWorker(engine.Options{Config: props, Plugins: set, Distributed: true, Pool: batch.NewPool(mem.Checked(t))}); err == nil ||
		!strings.HasPrefix(err.Error(), "Invalid value enabled for configuration exactly.once.source.support") {
		t.Errorf("a worker of a cluster: %v", err)
	}
}
