package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/java"
)

// Validate checks a connector config as PUT /connector-plugins/{class}/config/validate does. It waits for
// plugin code. nulls are keys whose value is null, which is an error except where the plugin defines the key.
//
// Errors: the config names no class, or none that is known (BadRequestException); a variable cannot be
// replaced; an override is no value of its type. Source: AbstractHerder.validateConnectorConfig.
func (w *Worker) Validate(ctx context.Context, raw map[string]string, nulls ...string) (*connectors.Validation, error) {
	props, err := w.Resolve(ctx, raw)
	if err != nil {
		return nil, err
	}
	text, ok := props["connector.class"]
	if !ok {
		return nil, &connectors.Error{Class: badRequest, Text: "Connector config " + mapText(raw, nulls) + " contains no connector type"}
	}
	class, err := w.findConnectorAgain(text)
	if err != nil {
		return nil, &connectors.Error{Class: badRequest, Text: errant.Message(err), Err: err}
	}
	switch err := checkVersion(class.Name, class.Version, props["connector.plugin.version"]); {
	case err == nil:
	case errant.Class(err) == invalidVersion:
		return nil, &connectors.Error{Class: badRequest, Text: err.Error(), Err: err}
	default:
		return w.wrongVersion(text, class, props, nulls, err), nil
	}
	def, err := w.frameworkDef(class, props, nulls...)
	if err != nil {
		return nil, err
	}
	v := w.newValidation(class, def, props, nulls)
	if class.Kind() == connectors.KindSink {
		v.checkSink()
	} else {
		v.checkSource()
	}
	v.nullErrors()
	// Converters come first, as what is wrong with them may be said at the key that names them.
	converters := v.converters()
	overrides, err := v.overrides()
	if err != nil {
		return nil, err
	}
	own, err := v.connector(ctx, def)
	if err != nil {
		return nil, err
	}
	return merge(text, append(append([]part{own}, overrides...), converters...)), nil
}

// wrongVersion answers for a connector that does not exist in the version asked for: the keys of every
// connector, and no further checks. Source: AbstractHerder.invalidVersionedConnectorValidation.
func (w *Worker) wrongVersion(text string, class *connectors.Class, props map[string]string, nulls []string, err error) *connectors.Validation {
	def := settings.Connector(emptyRecommendations(settings.Defaults{ConnectorVersion: version(class.Version)}), settings.Validators{
		Converter: w.converterValidator(converterClass), HeaderConverter: w.converterValidator(headerConverterClass)})
	v := w.newValidation(class, def, props, nulls)
	v.value("connector.class").Errors = append(v.value("connector.class").Errors, err.Error())
	ver := v.value("connector.plugin.version")
	ver.Errors = append(ver.Errors, err.Error())
	ver.Recommended = []any{version(class.Version)}
	v.nullErrors()
	return merge(text, []part{assemble(def.Keys(), v.values, def.Groups())})
}

// validation is the check of one config: values are those of the framework's keys, which later steps add
// errors to.
type validation struct {
	w      *Worker
	class  *connectors.Class
	props  map[string]string
	nulls  []string // keys that are not in props: their value is null
	values []config.ConfigValue
}

// newValidation checks the keys of a definition.
func (w *Worker) newValidation(class *connectors.Class, def *config.Def, props map[string]string, nulls []string) *validation {
	o := w.parseOptions(props)
	o.Nulls = nulls
	return &validation{w: w, class: class, props: props, nulls: nulls, values: def.ValidateWith(w.fullNames(def, props), o)}
}

// value returns the value of a key, nil if there is none.
func (v *validation) value(key string) *config.ConfigValue {
	for i := range v.values {
		if v.values[i].Name == key {
			return &v.values[i]
		}
	}
	return nil
}

// complain adds an error to a key, which need not have a value yet.
func (v *validation) complain(key, value, message string) {
	c := v.value(key)
	if c == nil {
		var val any
		if _, ok := v.props[key]; ok {
			val = value
		}
		v.values = append(v.values, config.ConfigValue{Name: key, Value: val, Visible: true})
		c = &v.values[len(v.values)-1]
	}
	c.Errors = append(c.Errors, message)
}

// connector checks what the plugin itself defines and joins it with the framework's keys.
// Source: AbstractHerder.validateConnectorPluginSpecifiedConfigs.
func (v *validation) connector(ctx context.Context, def *config.Def) (part, error) {
	own, err := v.pluginValues(ctx)
	if err != nil {
		return part{}, err
	}
	keys, groups := def.Keys(), def.Groups()
	if v.class.Def != nil {
		for _, k := range v.class.Def.Keys() {
			if i := slices.IndexFunc(keys, func(x config.Key) bool { return x.Name == k.Name }); i >= 0 {
				keys[i] = k
			} else {
				keys = append(keys, k)
			}
		}
		for _, g := range v.class.Def.Groups() {
			if !slices.Contains(groups, g) {
				groups = append(groups, g)
			}
		}
	}
	return assemble(keys, append(slices.Clone(v.values), own...), groups), nil
}

// pluginValues asks the plugin to check its config; most leave that to their definition.
func (v *validation) pluginValues(ctx context.Context) (values []config.ConfigValue, err error) {
	err = guard(func() error {
		var plugin any
		if v.class.NewSource != nil {
			plugin = v.class.NewSource()
		} else {
			plugin = v.class.NewSink()
		}
		if p, ok := plugin.(connectors.Validator); ok {
			values, err = p.Validate(ctx, maps.Clone(v.props))
			return err
		}
		if v.class.Def != nil {
			values = v.class.Def.ValidateWith(v.w.fullNames(v.class.Def, v.props), config.Options{Nulls: v.nulls})
		}
		return nil
	})
	return values, err
}

// fullNames replaces the texts of CLASS keys that name a plugin by its class name, which is what Java
// shows of a class that it found.
func (w *Worker) fullNames(def *config.Def, props map[string]string) map[string]string {
	out := maps.Clone(props)
	for _, k := range def.Keys() {
		if text, ok := props[k.Name]; ok && k.Type == config.Class {
			if name, _, ok := w.class(strings.TrimSpace(text)); ok {
				out[k.Name] = name
			}
		}
	}
	return out
}

// part is the check of one group of keys. Source: ConfigInfos.
type part struct {
	errors  int
	groups  []string
	configs []connectors.ValidatedKey
}

// assemble joins keys and values: values without a key come first. Of two values of one key the later
// one counts. Source: AbstractHerder.generateResult.
func assemble(keys []config.Key, values []config.ConfigValue, groups []string) part {
	p := part{groups: groups}
	byName := map[string]*config.ConfigValue{}
	defined := map[string]bool{}
	for i := range keys {
		defined[keys[i].Name] = true
	}
	for i := range values {
		c := &values[i]
		byName[c.Name] = c
		if !defined[c.Name] {
			p.configs = append(p.configs, connectors.ValidatedKey{Value: c})
			p.errors += len(c.Errors)
		}
	}
	for i := range keys {
		k := connectors.ValidatedKey{Definition: &keys[i], Value: byName[keys[i].Name]}
		if k.Value != nil {
			p.errors += len(k.Value.Errors)
		}
		p.configs = append(p.configs, k)
	}
	return p
}

// prefixed joins the values of a converter or client, whose names are shown with the prefix. Here a key
// counts as one error. Source: AbstractHerder.prefixedConfigInfos.
func prefixed(prefix string, keys func(name string) (config.Key, bool), values []config.ConfigValue) part {
	var p part
	for _, c := range values {
		k, ok := keys(c.Name)
		c.Name = prefix + c.Name
		if len(c.Errors) > 0 {
			p.errors++
		}
		v := connectors.ValidatedKey{Value: &c}
		if ok {
			if k.Group != "" && !slices.Contains(p.groups, k.Group) {
				p.groups = append(p.groups, k.Group)
			}
			if k.DisplayName == "" {
				k.DisplayName = k.Name
			}
			k.Name = prefix + k.Name
			v.Definition = &k
		}
		p.configs = append(p.configs, v)
	}
	return p
}

// merge makes the answer of its parts. Source: AbstractHerder.mergeConfigInfos.
func merge(name string, parts []part) *connectors.Validation {
	out := &connectors.Validation{Name: name}
	for _, p := range parts {
		out.ErrorCount += p.errors
		out.Configs = append(out.Configs, p.configs...)
		for _, g := range p.groups {
			if !slices.Contains(out.Groups, g) {
				out.Groups = append(out.Groups, g)
			}
		}
	}
	return out
}

// mapText is HashMap.toString of a copy, with the values of secrets hidden.
func mapText(m map[string]string, nulls []string) string {
	shown := config.MaskProps(m)
	for _, k := range nulls {
		shown[k] = "null"
	}
	keys := slices.Sorted(maps.Keys(shown))
	texts := make([]string, len(keys))
	for i, k := range java.HashMapOrderSized(keys, java.CopyTableSize(len(keys))) {
		texts[i] = keys[k] + "=" + shown[keys[k]]
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// hashOrder returns the keys of m in the order of a HashMap.
func hashOrder(m map[string]string) []string {
	keys := slices.Sorted(maps.Keys(m))
	out := make([]string, len(keys))
	for i, k := range java.HashMapOrder(keys) {
		out[i] = keys[k]
	}
	return out
}
