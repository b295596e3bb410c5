package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/clientkeys"
	"github.com/millrace/millrace/engine/settings"
)

// checkSink checks topics, dead letter queue and, in a cluster, the consumer group.
// Source: DistributedHerder.validateSinkConnectorGroupId.
func (v *validation) checkSink() {
	settings.CheckSink(v.props, v.complain)
	if !v.w.opt.Distributed {
		return
	}
	group := v.w.opt.Config["group.id"]
	const key = consumerOverride + "group.id"
	if own, ok := v.props[key]; ok {
		if v.value(key) == nil {
			v.values = append(v.values, config.ConfigValue{Name: key, Value: own, Visible: true})
		}
		if own == group {
			v.complain(key, own, "Consumer group "+own+" conflicts with Connect worker group "+group)
		}
		return
	}
	name, _ := v.value("name").Value.(string)
	if group == "connect-"+name {
		v.complain("name", name, "Consumer group for sink connector named "+name+" conflicts with Connect worker group "+group)
	}
}

// checkSource checks, in a cluster, what is asked of exactly-once support.
// Source: DistributedHerder.validateSourceConnectorExactlyOnceSupport, validateSourceConnectorTransactionBoundary.
func (v *validation) checkSource() {
	if !v.w.opt.Distributed {
		return
	}
	plugin := v.class.NewSource()
	if c := v.value("exactly.once.support"); len(c.Errors) == 0 && equalFold(c.Value, "required") {
		if !v.w.opt.exactlyOnce() {
			c.Errors = append(c.Errors, "This worker does not have exactly-once source support enabled.")
		}
		err := guard(func() error {
			s, ok := plugin.(connectors.ExactlyOnceSupporter)
			switch {
			case !ok:
				c.Errors = append(c.Errors, "The connector does not implement the API required for preflight validation of exactly-once source support. "+
					"Please consult the documentation for the connector to determine whether it supports exactly-once semantics, and then consider "+
					"reconfiguring the connector to use the value \"requested\" for this property (which will disable this preflight check and allow "+
					"the connector to be created).")
			case !s.ExactlyOnceSupport(v.props):
				c.Errors = append(c.Errors, "The connector does not support exactly-once semantics with the provided configuration.")
			}
			return nil
		})
		unexpected(c, err)
	}
	if c := v.value("transaction.boundary"); len(c.Errors) == 0 && equalFold(c.Value, "connector") {
		err := guard(func() error {
			if b, ok := plugin.(connectors.BoundaryDefiner); !ok || !b.CanDefineTransactionBoundaries(v.props) {
				c.Errors = append(c.Errors, "The connector does not support connector-defined transaction boundaries with the given configuration. "+
					"Please reconfigure it to use a different transaction boundary definition.")
			}
			return nil
		})
		unexpected(c, err)
	}
}

func unexpected(c *config.ConfigValue, err error) {
	if err != nil {
		c.Errors = append(c.Errors, "An unexpected error occurred during validation: "+strings.TrimSpace(err.Error()))
	}
}

func equalFold(v any, s string) bool {
	text, _ := v.(string)
	return strings.EqualFold(text, s)
}

// converters checks the converters that the config itself names. Source: AbstractHerder.validateAllConverterConfigs.
func (v *validation) converters() []part {
	var out []part
	for _, c := range []struct{ key, kind string }{{"header.converter", "header"}, {"key.converter", "key"}, {"value.converter", "value"}} {
		if p, ok := v.converter(c.key, c.kind); ok {
			out = append(out, p)
		}
	}
	return out
}

// converter checks one; ok is false where there is none, or no telling.
// Source: AbstractHerder.validateConverterConfig.
func (v *validation) converter(key, kind string) (p part, ok bool) {
	text, given := v.props[key]
	named, ver := v.value(key), v.value(key+".plugin.version")
	if !given || named == nil || ver == nil || len(named.Errors) > 0 || len(ver.Errors) > 0 {
		return part{}, false
	}
	class, err := v.w.opt.Plugins.Converters.Find(strings.TrimSpace(text))
	if err != nil {
		named.Errors = append(named.Errors, fmt.Sprintf("Failed to load class %s: %v", text, err))
		return part{}, false
	}
	if err := checkVersion(class.Name, class.Version, v.props[key+".plugin.version"]); err != nil {
		named.Errors = append(named.Errors, err.Error())
		ver.Errors = append(ver.Errors, err.Error())
		return part{}, false
	}
	return v.converterKeys(class, key+".", kind)
}

func (v *validation) converterKeys(class *codec.Class, prefix, kind string) (part, bool) {
	if class.Def == nil {
		return part{}, false
	}
	own := config.WithPrefix(v.props, prefix)
	if _, ok := own["converter.type"]; !ok {
		own["converter.type"] = kind
	}
	return prefixed(prefix, class.Def.Key, class.Def.ValidateWith(own, config.Options{Nulls: v.nullsWithPrefix(prefix)})), true
}

// overrides asks the policy for the settings of clients that the connector uses.
// Source: AbstractHerder.validateClientOverrides.
func (v *validation) overrides() ([]part, error) {
	sink := v.class.Kind() == connectors.KindSink
	letters := sink && settings.HasDeadLetters(v.props) || !sink && settings.SourceLetters(v.w.opt.Config, v.props)
	ownOffsets := !sink && v.w.opt.Distributed && (v.w.opt.exactlyOnce() || strings.TrimSpace(v.props[offsetsTopicKey]) != "")
	var out []part
	for _, c := range []struct {
		used   bool
		prefix string
		keys   func() clientkeys.Keys
	}{
		{!sink || letters, producerOverride, clientkeys.Producer},
		{sink || ownOffsets, consumerOverride, clientkeys.Consumer},
		{letters || ownOffsets || !sink && settings.UsesTopicCreation(v.props), adminOverride, clientkeys.Admin},
	} {
		over := config.WithPrefix(v.props, c.prefix)
		nulls := v.nullsWithPrefix(c.prefix)
		if !c.used || len(over)+len(nulls) == 0 {
			continue
		}
		for _, name := range nulls {
			over[name] = ""
		}
		keys := c.keys()
		values := make([]config.ConfigValue, 0, len(over))
		for _, name := range hashOrder(over) {
			value := any(over[name])
			if slices.Contains(nulls, name) {
				value = nil
			} else if k, ok := keys[name]; ok {
				var err error
				if value, err = config.ParseText(name, over[name], k.Type); err != nil {
					return nil, err
				}
			}
			cv := config.ConfigValue{Name: name, Value: value, Visible: true}
			if r := v.w.clients.policy.refusal(name); r != "" {
				cv.Errors = []string{r}
			}
			values = append(values, cv)
		}
		v.login(c.prefix, values)
		out = append(out, prefixed(c.prefix, func(name string) (config.Key, bool) { k, ok := keys[name]; return k, ok }, values))
	}
	return out, nil
}
