package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/smt"
)

// classes finds plugin classes by what configs name. Source: DelegatingClassLoader.loadClass.
type classKind uint8

const (
	anyClass classKind = iota
	converterClass
	headerConverterClass
	transformClass
	predicateClass
)

// class returns the full name of the plugin class that text names, of any kind: what Java's CLASS values
// accept.
func (w *Worker) class(text string) (name string, kinds []classKind, ok bool) {
	p := w.opt.Plugins
	if c, err := p.Converters.Find(text); err == nil {
		if c.New != nil {
			kinds = append(kinds, converterClass)
		}
		if c.NewHeader != nil {
			kinds = append(kinds, headerConverterClass)
		}
		return c.Name, kinds, true
	}
	if c, err := p.Transforms.Find(text); err == nil {
		return c.Name, []classKind{transformClass}, true
	}
	if c, err := p.Predicates.Find(text); err == nil {
		return c.Name, []classKind{predicateClass}, true
	}
	if c, err := p.Connectors.Find(text); err == nil {
		return c.Name, []classKind{anyClass}, true
	}
	return "", nil, false
}

// frameworkDef is the definition of a connector's config: the framework's keys, then those of its
// transforms and predicates. Aliases whose class is unknown bring their type alone.
// Source: SourceConnectorConfig.enrichedConfigDef, ConnectorConfig.enrich.
func (w *Worker) frameworkDef(class *connectors.Class, props map[string]string, nulls ...string) (*config.Def, error) {
	d := w.defaults(class, props)
	v := settings.Validators{Converter: w.converterValidator(converterClass), HeaderConverter: w.converterValidator(headerConverterClass)}
	var def *config.Def
	if class.Kind() == connectors.KindSink {
		def = settings.Sink(d, v)
	} else {
		def = settings.Source(d, v)
	}
	transforms := enrichment{
		w: w, kind: "Transformation", key: "transforms", group: "Transforms", of: transformClass, set: w.opt.Plugins.Transforms, props: props, nulls: nulls,
		own: []config.Key{
			{Name: "predicate", Type: config.String, Importance: config.Medium,
				Doc: "The alias of a predicate used to determine whether to apply this transformation."},
			{Name: "negate", Type: config.Boolean, Default: false, Importance: config.Medium,
				Doc: "Whether the configured predicate should be negated."},
		},
	}
	if err := transforms.enrich(def); err != nil {
		return nil, err
	}
	predicates := enrichment{w: w, kind: "Predicate", key: "predicates", group: "Predicates", of: predicateClass, set: w.opt.Plugins.Predicates, props: props}
	return def, predicates.enrich(def)
}

// enrichment adds the keys of a connector's transforms or predicates to a definition.
// Source: ConnectorConfig.EnrichablePlugin.
type enrichment struct {
	w     *Worker
	kind  string // Transformation, Predicate
	key   string
	group string
	of    classKind
	set   smt.Set
	props map[string]string
	nulls []string     // keys that are set to null
	own   []config.Key // that every alias has
}

func (e *enrichment) enrich(def *config.Def) error {
	aliases, err := aliasList(e.props, e.key)
	if err != nil {
		return err
	}
	for i, a := range aliases {
		if slices.Contains(aliases[:i], a) {
			continue
		}
		if err := e.alias(def, a); err != nil {
			return err
		}
	}
	return nil
}

func (e *enrichment) alias(def *config.Def, alias string) error {
	prefix, group := e.key+"."+alias+".", e.group+": "+alias
	kind := strings.ToLower(e.kind)
	typeKey, versionKey := prefix+"type", prefix+"plugin.version"
	text, given := e.props[typeKey]
	class, found := e.find(text)
	have := any(nil)
	if given && found {
		have = version(class.Version)
	}
	err := def.TryDefine(config.Key{
		Name: typeKey, Type: config.Class, Required: true, Importance: config.High,
		Validator: config.Lambda(func(name string, value any) error { return e.checkType(prefix, value) }, "valid configs for "+alias+" "+kind),
		Doc:       "Class for the '" + alias + "' " + kind + ".", Group: group, Order: 0, Width: config.WidthLong,
		DisplayName: e.kind + " type for " + alias, Recommender: e.classes(),
	})
	if err != nil {
		return err
	}
	err = def.TryDefine(config.Key{
		Name: versionKey, Type: config.String, Default: have, Importance: config.High,
		Validator: config.Lambda(func(name string, value any) error { return e.checkVersion(class, found, value) }, "version range"),
		Doc:       "Version of the '" + alias + "' " + kind + ".", Group: group, Order: 1, Width: config.WidthLong,
		DisplayName: e.kind + " version for " + alias, Recommender: classVersion{typeKey, e.versionOf},
	})
	if err != nil || !found {
		return err
	}
	own := config.NewDef()
	for _, k := range e.own {
		own.Define(k)
	}
	if class.Def != nil {
		for _, k := range class.Def.Keys() {
			if _, masked := own.Key(k.Name); !masked {
				own.Define(k)
			}
		}
	}
	return def.TryEmbed(prefix, group, 2, own)
}

// find returns the class of the right kind.
func (e *enrichment) find(text string) (*smt.Class, bool) {
	c, err := e.set.Find(strings.TrimSpace(text))
	return c, err == nil
}

// checkType checks the class that an alias names, and that negate does not stand alone. value is nil
// for a class that is no plugin at all, which was reported already.
func (e *enrichment) checkType(prefix string, value any) error {
	if e.of == transformClass {
		if e.has(prefix+"negate") && !e.has(prefix+"predicate") {
			return config.NewException("", "Config '"+prefix+"negate' was provided but there is no config '"+prefix+"predicate' defining a predicate to be negated.")
		}
	}
	text, ok := value.(string)
	if !ok {
		return nil
	}
	if _, found := e.find(text); !found {
		return notOf(text, e.kind)
	}
	return nil
}

// has says whether a key is set, to null too.
func (e *enrichment) has(key string) bool {
	_, ok := e.props[key]
	return ok || slices.Contains(e.nulls, key)
}

func (e *enrichment) checkVersion(class *smt.Class, found bool, value any) error {
	want, ok := value.(string)
	if !ok || !found {
		return nil
	}
	return asConfigError(checkVersion(class.Name, class.Version, want))
}

// asConfigError makes an error one of a config check, with the same text.
func asConfigError(err error) error {
	if err == nil {
		return nil
	}
	var c *config.ConfigException
	if errors.As(err, &c) {
		return err
	}
	return config.NewException("", err.Error())
}

// notOf says that a class is no plugin of the kind. Source: Utils.ensureConcreteSubclass.
func notOf(class, kind string) error {
	return config.NewException("", fmt.Sprintf("Class class %s does not implement the %s interface", class, kind))
}

func (e *enrichment) classes() config.Recommender {
	var names []any
	for _, n := range e.set.Names() {
		names = append(names, n)
	}
	return always(names)
}

func (e *enrichment) versionOf(class string) []any {
	if c, ok := e.find(class); ok {
		return []any{version(c.Version)}
	}
	return nil
}
