package rest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// fakeHerder is a herder of two connectors that never change; a name decides how else a request goes:
// "none" is not there, "slow" takes until the context ends, "broken" fails, "panic" panics. It notes what
// it was asked to change.
type fakeHerder struct {
	calm   bool // no name is special, and nothing is noted
	health coord.Health
	stage  string
	asked  []string
	fail   func() error // of requests for a name; nil: none of them
}

var _ coord.Herder = (*fakeHerder)(nil)

func (h *fakeHerder) ask(format string, args ...any) {
	if h.calm {
		return
	}
	h.asked = append(h.asked, fmt.Sprintf(format, args...))
}

// by is how a request for a name goes.
func (h *fakeHerder) by(ctx context.Context, name, missing string) error {
	if h.calm {
		return nil
	}
	if h.fail != nil {
		if err := h.fail(); err != nil {
			return err
		}
	}
	switch name {
	case "none":
		return coord.Errorf(http.StatusNotFound, "%s", missing)
	case "slow":
		<-ctx.Done()
		return fmt.Errorf("asking the leader: %w", ctx.Err())
	case "broken":
		return errors.New("disk full")
	case "panic":
		panic("broken herder")
	}
	return nil
}

func (h *fakeHerder) Health(ctx context.Context) (coord.Health, error) {
	if !h.health.Live {
		<-ctx.Done()
	}
	return h.health, nil
}

func (h *fakeHerder) Stage() string { return h.stage }

func (h *fakeHerder) KafkaClusterID(context.Context) (string, error) { return "cluster-1", nil }

func (h *fakeHerder) Connectors(context.Context) ([]string, error) { return []string{"a", "b"}, nil }

func (h *fakeHerder) ConnectorInfo(ctx context.Context, name string) (*coord.ConnectorInfo, error) {
	if err := h.by(ctx, name, "Connector "+name+" not found"); err != nil {
		return nil, err
	}
	return &coord.ConnectorInfo{Name: name, Config: map[string]string{"name": name, "connector.class": "C", "a<&>": "\u2028"}, Tasks: []connectors.TaskID{{Connector: name, Task: 0}}, Kind: connectors.KindSource}, nil
}

func (h *fakeHerder) ConnectorConfig(ctx context.Context, name string) (map[string]string, error) {
	return map[string]string{"name": name, "z": "1", "b": ""}, h.by(ctx, name, "Connector "+name+" not found")
}

func (h *fakeHerder) TaskInfos(ctx context.Context, name string) ([]coord.TaskInfo, error) {
	if err := h.by(ctx, name, "Connector "+name+" not found"); err != nil || name == "b" {
		return nil, err
	}
	return []coord.TaskInfo{{ID: connectors.TaskID{Connector: name, Task: 0}, Config: map[string]string{"task.class": "T"}}, {ID: connectors.TaskID{Connector: name, Task: 1}}}, nil
}

func (h *fakeHerder) ConnectorStatus(ctx context.Context, name string) (*coord.ConnectorStatus, error) {
	if name == "b" && !h.calm {
		name = "none"
	}
	if err := h.by(ctx, name, "No status found for connector "+name); err != nil {
		return nil, err
	}
	version, undefined := "1.0", "undefined"
	return &coord.ConnectorStatus{
		Name: name, Kind: connectors.KindSink, Connector: coord.InstanceStatus{State: connectors.Running, WorkerID: "h:8083", Version: &version},
		Tasks: []coord.TaskStatus{
			{ID: 0, InstanceStatus: coord.InstanceStatus{State: connectors.Failed, WorkerID: "h:8083", Trace: "E: x\n\tat y", Version: &undefined}},
			{ID: 1, InstanceStatus: coord.InstanceStatus{State: connectors.Unassigned, WorkerID: "h:8083"}},
		},
	}, nil
}

func (h *fakeHerder) TaskStatus(ctx context.Context, id connectors.TaskID) (*coord.TaskStatus, error) {
	version := "1.0"
	return &coord.TaskStatus{ID: id.Task, InstanceStatus: coord.InstanceStatus{State: connectors.Paused, WorkerID: "h:8083", Version: &version}},
		h.by(ctx, id.Connector, "No status found for task "+id.String())
}

func (h *fakeHerder) PutConnector(ctx context.Context, name string, config map[string]string, initial connectors.TargetState, replace bool) (bool, *coord.ConnectorInfo, error) {
	h.ask("put %q %s initial=%s replace=%v", name, pairs(config), initial, replace)
	if err := h.by(ctx, name, "Connector "+name+" not found"); err != nil {
		return false, nil, err
	}
	if name == "a" && !replace {
		return false, nil, coord.Errorf(http.StatusConflict, "Connector a already exists")
	}
	return name != "a", &coord.ConnectorInfo{Name: name, Config: config, Kind: connectors.KindUnknown}, nil
}

func (h *fakeHerder) PatchConnector(ctx context.Context, name string, changes map[string]*string) (*coord.ConnectorInfo, error) {
	set, nulls := withoutNulls(changes)
	h.ask("patch %q %s without %v", name, pairs(set), slices.Sorted(slices.Values(nulls)))
	return &coord.ConnectorInfo{Name: name, Config: set, Kind: connectors.KindSource}, h.by(ctx, name, "Connector "+name+" not found")
}

func (h *fakeHerder) change(ctx context.Context, what, name string) error {
	h.ask("%s %q", what, name)
	return h.by(ctx, name, "Unknown connector "+name)
}

func (h *fakeHerder) DeleteConnector(ctx context.Context, name string) error {
	return h.change(ctx, "delete", name)
}

func (h *fakeHerder) PauseConnector(ctx context.Context, name string) error {
	return h.change(ctx, "pause", name)
}

func (h *fakeHerder) ResumeConnector(ctx context.Context, name string) error {
	return h.change(ctx, "resume", name)
}

func (h *fakeHerder) StopConnector(ctx context.Context, name string) error {
	return h.change(ctx, "stop", name)
}

func (h *fakeHerder) RestartConnector(ctx context.Context, name string) error {
	return h.change(ctx, "restart", name)
}

func (h *fakeHerder) Restart(ctx context.Context, r coord.RestartRequest) (*coord.ConnectorStatus, error) {
	h.ask("restart %+v", r)
	return h.ConnectorStatus(ctx, r.Connector)
}

func (h *fakeHerder) RestartTask(ctx context.Context, id connectors.TaskID) error {
	h.ask("restart task %d", id.Task)
	return h.by(ctx, id.Connector, "Unknown connector: "+id.Connector)
}

func (h *fakeHerder) ActiveTopics(ctx context.Context, name string) ([]string, error) {
	if name == "a" {
		return []string{"t1", "t2"}, nil
	}
	return nil, h.by(ctx, name, "unused")
}

func (h *fakeHerder) ResetActiveTopics(ctx context.Context, name string) error {
	return h.change(ctx, "reset topics", name)
}

func (h *fakeHerder) Offsets(ctx context.Context, name string) ([]coord.Offset, error) {
	text := func(kv ...batch.Value) batch.Value {
		m := &batch.MapValue{}
		for i := 0; i < len(kv); i += 2 {
			m.Put(kv[i], kv[i+1])
		}
		return batch.MapValueOf(m)
	}
	s := batch.StringValue
	return []coord.Offset{
		{Partition: text(s("kafka_topic"), s("t\"\n"), s("kafka_partition"), batch.Int32Value(3)), Offset: text(s("kafka_offset"), batch.Int64Value(1<<62))},
		{Partition: text(s("f"), batch.Float32Value(1.1), s("d"), batch.Float64Value(1e21), s("b"), batch.BooleanValue(true), s("y"), batch.BytesValue([]byte("raw")), s("n"), batch.Null())},
		{Partition: batch.Null(), Offset: text(s("z"), batch.Int8Value(-1), s("a"), s("\U0001F600"))},
	}, h.by(ctx, name, "Connector "+name+" not found")
}

func (h *fakeHerder) AlterOffsets(ctx context.Context, name string, offsets []coord.Offset) (string, error) {
	var list []string
	for _, o := range offsets {
		list = append(list, valueText(o.Partition)+" at "+valueText(o.Offset))
	}
	h.ask("alter %q %s", name, strings.Join(list, ", "))
	return "altered", h.by(ctx, name, "Connector "+name+" not found")
}

func (h *fakeHerder) ResetOffsets(ctx context.Context, name string) (string, error) {
	return "reset", h.change(ctx, "reset offsets", name)
}

func (h *fakeHerder) Plugins() []connectors.PluginInfo {
	return []connectors.PluginInfo{
		{Class: "x.Sink", Type: "sink", Version: "1.0"}, {Class: "x.Source", Type: "source"}, {Class: "x.Cast$Key", Type: "transformation", Version: "undefined"}, {Class: "x.Json", Type: "converter", Version: "2.0"},
	}
}

func (h *fakeHerder) PluginConfig(plugin, version string) ([]config.Key, error) {
	if plugin == "none" {
		return nil, coord.Errorf(http.StatusNotFound, "Unknown plugin none.")
	}
	h.ask("plugin config %q %q", plugin, version)
	d := config.NewDef().
		Define(config.Key{Name: "k", Type: config.Password, Default: "p", Doc: "doc <b>", Importance: config.High}).
		Define(config.Key{Name: "r", Type: config.List, Required: true, Group: "G", Order: 2, DisplayName: "R", Width: config.WidthLong, Dependents: []string{"k"}}).
		Define(config.Key{Name: "n", Type: config.Int})
	return d.Keys(), nil
}

func (h *fakeHerder) Validate(ctx context.Context, props map[string]string, nulls ...string) (*connectors.Validation, error) {
	text := "validate " + pairs(props)
	if len(nulls) > 0 {
		text += fmt.Sprintf(" nulls=%v", slices.Sorted(slices.Values(nulls)))
	}
	h.ask("%s", text)
	if err := h.by(ctx, props["name"], "gone"); err != nil {
		return nil, err
	}
	keys, err := h.PluginConfig("validated", "")
	if err != nil {
		return nil, err
	}
	if slices.Equal(nulls, []string{"nullable"}) {
		return &connectors.Validation{Name: props["connector.class"]}, nil
	}
	v := &connectors.Validation{Name: props["connector.class"], ErrorCount: 1, Groups: []string{"G"}}
	for i := range keys {
		v.Configs = append(v.Configs, connectors.ValidatedKey{Definition: &keys[i], Value: &config.ConfigValue{Name: keys[i].Name, Value: keys[i].Default, Visible: true}})
	}
	v.Configs[1].Value.Errors = []string{"Missing required configuration \"r\" which has no default value."}
	v.Configs[1].Value.Recommended = []any{"x", int32(5)}
	v.Configs[2].Value = nil
	return v, nil
}

func (h *fakeHerder) PutTaskConfigs(ctx context.Context, name string, configs []map[string]string, s coord.Signature) error {
	var all []string
	for _, c := range configs {
		all = append(all, pairs(c))
	}
	h.ask("task configs %q %v signed=%v %q %q body=%q", name, all, s.Present, s.Algorithm, s.MAC, s.Body)
	return h.by(ctx, name, "gone")
}

func (h *fakeHerder) FenceZombies(ctx context.Context, name string, s coord.Signature) error {
	h.ask("fence %q signed=%v %q %q body=%q", name, s.Present, s.Algorithm, s.MAC, s.Body)
	return h.by(ctx, name, "gone")
}

// valueText prints a value with the kinds of its numbers.
func valueText(v batch.Value) string {
	switch v.Tag() {
	case batch.TagNull:
		return "null"
	case batch.TagInt64:
		return fmt.Sprintf("int64(%d)", v.Int())
	case batch.TagFloat64:
		return fmt.Sprintf("float64(%v)", v.Float())
	case batch.TagDecimal:
		return fmt.Sprintf("decimal(%v)", v.Decimal().Unscaled)
	case batch.TagBoolean:
		return fmt.Sprint(v.Bool())
	case batch.TagString:
		return fmt.Sprintf("%q", v.Str())
	case batch.TagArray:
		var out []string
		for _, item := range v.Array() {
			out = append(out, valueText(item))
		}
		return "[" + strings.Join(out, " ") + "]"
	case batch.TagMap:
		var out []string
		for i, k := range v.Map().Keys {
			out = append(out, k.Str()+"="+valueText(v.Map().Values[i]))
		}
		return "{" + strings.Join(out, " ") + "}"
	}
	return fmt.Sprintf("tag %d", v.Tag())
}

// pairs prints a config, sorted.
func pairs(m map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s=%q", k, m[k]))
	}
	return "{" + strings.Join(out, " ") + "}"
}

func TestMain(m *testing.M) { leakFree(m) }
