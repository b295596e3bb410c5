package explain

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/settings"
)

// converterKeys are those that name converters.
var converterKeys = []string{"key.converter", "value.converter", "header.converter"}

// converters looks at keys of converters whose converter the config does not name: the worker's converter
// gets the worker's keys alone. Source: Plugins.newConverter.
func (l *lint) converters() {
	for _, key := range converterKeys {
		text, ok := l.props[key]
		if ok || l.hidden(key) {
			if c, err := l.Plugins.Converters.Find(strings.TrimSpace(text)); err != nil && ok {
				l.addValue(Error, key, "no converter class "+strings.TrimSpace(text)+" is part of this program; millrace plugins lists them",
					nearestClass(text, l.Plugins.Converters.Names()))
			} else if err == nil && (key == "header.converter" && c.NewHeader == nil || key != "header.converter" && c.New == nil) {
				l.addValue(Error, key, c.Name+" is no "+map[bool]string{true: "header converter", false: "converter of keys and values"}[key == "header.converter"], "")
			}
			continue
		}
		for _, e := range l.File.Entries {
			if strings.HasPrefix(e.Key, key+".") && e.Key != key+".plugin.version" {
				l.add(Warning, e.Key, "the key has no effect: the config names no "+key+", and the worker's gets the worker's keys; name the converter here too", "")
			}
		}
	}
}

// unknownKeys looks for keys that nothing reads.
func (l *lint) unknownKeys() {
	if l.class.Def == nil || len(l.class.Def.Keys()) == 0 || len(l.keys) == 0 || l.has("connector.plugin.version") {
		return // nobody has said what the connector reads
	}
	var names []string
	for name := range l.keys {
		names = append(names, name)
	}
	for _, k := range engine.WorkerDef().Keys() {
		if strings.HasPrefix(k.Name, "millrace.") && !strings.HasPrefix(k.Name, "millrace.worker.") {
			names = append(names, k.Name)
			l.tuning(k)
		}
	}
	slices.Sort(names)
	for _, e := range l.File.Entries {
		if _, known := slices.BinarySearch(names, e.Key); !known && !l.answered(e.Key) {
			l.unknownKey(e.Key, names)
		}
	}
}

// tuning checks a key of the engine that a connector may have.
func (l *lint) tuning(k config.Key) {
	text, ok := l.props[k.Name]
	if !ok {
		return
	}
	if _, err := config.NewDef().Define(k).Parse(map[string]string{k.Name: text}); err != nil {
		l.addValue(Error, k.Name, err.Error(), nearestValue(text, &k, nil, err.Error()))
	}
}

// answered reports whether other checks speak for a key.
func (l *lint) answered(key string) bool {
	if l.hasAny(key) || strings.HasPrefix(key, "topic.creation.") && l.class.Kind() == connectors.KindSource {
		return true
	}
	for _, p := range clientPrefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	for _, p := range []string{"transforms.", "predicates."} {
		alias, ok := aliasOf(key, p, aliases(l.props, strings.TrimSuffix(p, ".")))
		if !ok {
			continue
		}
		_, named := l.keys[p+alias+".type"]
		return !named || l.classWithoutDef(p, alias)
	}
	for _, c := range converterKeys {
		if strings.HasPrefix(key, c+".") {
			class, err := l.Plugins.Converters.Find(l.props[c])
			return err != nil || class.Def == nil
		}
	}
	return false
}

// classWithoutDef reports whether the class of an alias is unknown or has not said what it reads.
func (l *lint) classWithoutDef(prefix, alias string) bool {
	set := l.Plugins.Transforms
	if prefix == "predicates." {
		set = l.Plugins.Predicates
	}
	c, err := set.Find(strings.TrimSpace(l.props[prefix+alias+".type"]))
	return err != nil || c.Def == nil
}

func (l *lint) hasAny(key string) bool {
	return slices.ContainsFunc(l.list, func(f Finding) bool { return f.Key == key })
}

func (l *lint) unknownKey(key string, names []string) {
	client, rest, _ := strings.Cut(key, ".")
	switch {
	case slices.Contains([]string{"producer", "consumer", "admin"}, client) && !strings.HasPrefix(rest, "override."):
		if first, behind, ok := strings.Cut(rest, "."); ok && config.Nearest(first, []string{"override"}) != "" {
			rest = behind
		}
		l.add(Error, key, "settings of a connector's "+client+" stand behind "+client+".override.", client+".override."+rest)
		return
	case strings.HasPrefix(key, deadLetterPrefix) && l.class.Kind() == connectors.KindSource && l.otherKind(key):
		l.sourceLetterKey(key)
		return
	case l.otherKind(key):
		other := "source"
		if l.class.Kind() == connectors.KindSource {
			other = "sink"
		}
		l.add(Warning, key, "this is a key of "+other+" connectors, and "+simpleName(l.class.Name)+" is a "+string(l.class.Kind()), config.Nearest(key, names))
		return
	}
	if near := nearestKey(key, names); near != "" {
		l.add(Error, key, "nothing reads this key", near)
		return
	}
	if _, ok := workerKeys().Key(key); ok {
		l.add(Warning, key, "this is a key of the worker, it has no effect in a connector's config", "")
		return
	}
	l.add(Warning, key, "nothing reads this key", "")
}

// nearestKey is the key that was probably meant, among those with the same parents first.
func nearestKey(key string, names []string) string {
	if at := strings.LastIndexByte(key, '.'); at > 0 {
		var siblings, last []string
		for _, n := range names {
			if rest, ok := strings.CutPrefix(n, key[:at+1]); ok {
				siblings, last = append(siblings, n), append(last, rest)
			}
		}
		if near := config.Nearest(key[at+1:], last); near != "" {
			return siblings[slices.Index(last, near)]
		}
	}
	return config.Nearest(key, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !similarKeys(key, n) }))
}

// otherKind reports whether a key is one of the framework's for connectors of the other kind.
func (l *lint) otherKind(key string) bool {
	def := settings.Sink(settings.Defaults{}, settings.Validators{})
	if l.class.Kind() == connectors.KindSink {
		def = settings.Source(settings.Defaults{}, settings.Validators{})
	}
	_, ok := def.Key(key)
	return ok || l.class.Kind() == connectors.KindSink && strings.HasPrefix(key, "topic.creation.")
}

// workerKeys are keys of workers that people put into connector configs.
func workerKeys() *config.Def {
	d := engine.WorkerDef()
	for _, name := range []string{"bootstrap.servers", "group.id", "plugin.path", "offset.storage.topic", "offset.storage.file.filename",
		"config.storage.topic", "status.storage.topic", "rest.port", "listeners", "rest.advertised.host.name", "config.providers"} {
		if _, dup := d.Key(name); !dup {
			d.Define(config.Key{Name: name, Type: config.String, Importance: config.Low})
		}
	}
	return d
}
