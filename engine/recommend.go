package engine

import (
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/settings"
)

// always recommends the same values.
type always []any

// ValidValues implements config.Recommender.
func (a always) ValidValues(string, map[string]any) ([]any, error) { return a, nil }

// Visible implements config.Recommender.
func (a always) Visible(string, map[string]any) bool { return true }

// classVersion recommends the versions of the class that another key names; unseen is whether the key is
// hidden while there is none. Source: PluginsRecommenders.SMTPluginRecommender.
type classVersion struct {
	key      string
	versions func(class string) []any
}

// ValidValues implements config.Recommender.
func (c classVersion) ValidValues(_ string, parsed map[string]any) ([]any, error) {
	text, ok := parsed[c.key].(string)
	if !ok {
		return nil, nil
	}
	return c.versions(text), nil
}

// Visible implements config.Recommender.
func (c classVersion) Visible(string, map[string]any) bool { return true }

// shownVersion is a classVersion that is hidden while there is no class.
// Source: PluginsRecommenders.ConverterPluginVersionRecommender, ConnectorPluginVersionRecommender.
type shownVersion struct{ classVersion }

// Visible implements config.Recommender.
func (c shownVersion) Visible(_ string, parsed map[string]any) bool { return parsed[c.key] != nil }

// emptyRecommendations are the recommenders of a definition that knows no plugins: they offer nothing, but
// say whether a key is seen. Source: ConnectorConfig.EMPTY_RECOMMENDER.
func emptyRecommendations(d settings.Defaults) settings.Defaults {
	none := func(string) []any { return nil }
	d.ConnectorVersions = shownVersion{classVersion{"connector.class", none}}
	d.KeyVersions = shownVersion{classVersion{"key.converter", none}}
	d.ValueVersions = shownVersion{classVersion{"value.converter", none}}
	d.HeaderVersions = shownVersion{classVersion{"header.converter", none}}
	return d
}

// defaults is what of the framework's keys depends on the worker and its plugins.
// Source: ConnectorConfig.enrichedConfigDef, converterDefaults.
func (w *Worker) defaults(class *connectors.Class, props map[string]string) settings.Defaults {
	d := settings.Defaults{
		ConnectorVersion:  version(class.Version),
		ConnectorVersions: shownVersion{classVersion{"connector.class", w.connectorVersions}},
		KeyVersions:       shownVersion{classVersion{"key.converter", w.converterVersions}},
		ValueVersions:     shownVersion{classVersion{"value.converter", w.converterVersions}},
		HeaderVersions:    shownVersion{classVersion{"header.converter", w.converterVersions}},
	}
	var conv, header []any
	for _, c := range w.opt.Plugins.Converters.All() {
		if c.New != nil {
			conv = append(conv, c.Name)
		}
		if c.NewHeader != nil {
			header = append(header, c.Name)
		}
	}
	d.Converters, d.HeaderConverters = always(conv), always(header)
	d.KeyConverter, d.KeyConverterVersion = w.converterDefault(props, "key.converter", w.set.keyConverter)
	d.ValueConverter, d.ValueConverterVersion = w.converterDefault(props, "value.converter", w.set.valueConverter)
	d.HeaderConverter, d.HeaderConverterVersion = w.converterDefault(props, "header.converter", w.set.headerConverter)
	return d
}

// converterDefault is the worker's converter, and the version of the one that is in force.
func (w *Worker) converterDefault(props map[string]string, key, worker string) (class, ver string) {
	class = worker
	if c, err := w.opt.Plugins.Converters.Find(worker); err == nil {
		class = c.Name
	}
	text, own := props[key]
	if !own {
		text = worker
		if v, ok := w.opt.Config[key+".plugin.version"]; ok {
			return class, v
		}
	}
	if c, err := w.opt.Plugins.Converters.Find(text); err == nil {
		ver = version(c.Version)
	}
	return class, ver
}

func (w *Worker) connectorVersions(text string) []any {
	if c, err := w.findConnector(text); err == nil {
		return []any{version(c.Version)}
	}
	return nil
}

func (w *Worker) converterVersions(text string) []any {
	if c, err := w.opt.Plugins.Converters.Find(text); err == nil {
		return []any{version(c.Version)}
	}
	return nil
}

// converterValidator refuses classes of another kind. Source: ConnectorConfig.KEY_CONVERTER_CLASS_VALIDATOR.
func (w *Worker) converterValidator(of classKind) config.Validator {
	base := "Converter"
	if of == headerConverterClass {
		base = "HeaderConverter"
	}
	return config.Lambda(func(name string, value any) error {
		text, ok := value.(string)
		if !ok {
			return nil
		}
		_, kinds, found := w.class(text)
		for _, k := range kinds {
			if k == of {
				return nil
			}
		}
		if !found {
			return nil
		}
		return notOf(text, base)
	}, "A concrete subclass of "+base)
}

// checkConnectorConfig parses a connector's config, as the constructors of SinkConnectorConfig and
// SourceConnectorConfig do, and returns the first thing that is wrong with it.
func (w *Worker) checkConnectorConfig(class *connectors.Class, props map[string]string) error {
	def, err := w.frameworkDef(class, props)
	if err != nil {
		return err
	}
	if _, err := def.ParseWith(props, w.parseOptions(props)); err != nil {
		return err
	}
	if class.Kind() == connectors.KindSource && w.set.topicCreation && settings.UsesTopicCreation(props) {
		_, err = settings.ParseTopicGroups(props)
	}
	return err
}

// parseOptions says which classes there are: what the framework's keys name must be a plugin. Classes that
// the keys of plugins name are the plugins' to check.
func (w *Worker) parseOptions(props map[string]string) config.Options {
	named := map[string]bool{}
	for k, v := range props {
		switch {
		case k == "key.converter", k == "value.converter", k == "header.converter",
			strings.HasSuffix(k, ".type") && (strings.HasPrefix(k, "transforms.") || strings.HasPrefix(k, "predicates.")):
			named[strings.TrimSpace(v)] = true
		}
	}
	return config.Options{ClassExists: func(text string) bool {
		if !named[text] {
			return true
		}
		_, _, ok := w.class(text)
		return ok
	}}
}
