package explain

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

// transforms looks at aliases: named and defined, and which predicate is whose.
func (l *lint) transforms() {
	transforms, predicates := aliases(l.props, "transforms"), aliases(l.props, "predicates")
	if !l.hidden("transforms") {
		l.aliases("transforms", "transform", transforms)
		l.classes("transforms", "transform", transforms, l.Plugins.Transforms)
	}
	if !l.hidden("predicates") {
		l.aliases("predicates", "predicate", predicates)
		l.classes("predicates", "predicate", predicates, l.Plugins.Predicates)
	}
	used := map[string]bool{}
	for _, a := range transforms {
		key := "transforms." + a + ".predicate"
		p, ok := l.props[key]
		if !ok {
			continue
		}
		used[p] = true
		if !slices.Contains(predicates, p) && !l.hidden("predicates") {
			l.addValue(Error, key, "predicates does not name "+p, config.Nearest(p, predicates))
		}
	}
	for _, p := range predicates {
		if _, defined := l.props["predicates."+p+".type"]; defined && !used[p] {
			l.add(Warning, "predicates."+p+".type", "no transform uses the predicate "+p, "")
		}
	}
}

// aliases compares the aliases that a key lists with the keys behind it.
func (l *lint) aliases(key, kind string, list []string) {
	prefix := key + "."
	loose := l.undefined(prefix, list)
	var empty []string // named and not defined
	for _, a := range list {
		typeKey := prefix + a + ".type"
		if _, ok := l.props[typeKey]; ok || l.hidden(typeKey) || l.has(typeKey) {
			continue
		}
		if a == "" {
			l.addValue(Error, key, "an alias in the list is empty", "")
			continue
		}
		own := config.WithPrefix(l.props, prefix+a+".")
		if len(own) == 0 {
			empty = append(empty, a)
			l.list = append(l.list, Finding{Error, typeKey, l.valueAt(key), kind + " " + a + " is named in " + key + ", but no key starts with " + prefix + a + ".", config.Nearest(a, loose)})
			continue
		}
		near := ""
		for name := range own {
			if config.Nearest(name, []string{"type"}) != "" || name == "class" {
				near = typeKey + " instead of " + prefix + a + "." + name
			}
		}
		l.add(Error, typeKey, kind+" "+a+" has no type", near)
	}
	said := map[string]bool{}
	for _, e := range l.File.Entries {
		a, ok := aliasOf(e.Key, prefix, list)
		if !ok || slices.Contains(list, a) || said[a] {
			continue
		}
		said[a] = true
		l.add(Error, e.Key, key+" does not name "+a+", so nothing reads its keys", config.Nearest(a, empty))
	}
}

func (l *lint) valueAt(key string) Position {
	if e, ok := l.File.Get(key); ok {
		return e.ValueAt
	}
	return l.at(key)
}

// classes looks at the classes of aliases. In place of one that is not known the search goes on with the
// nearest. Classes of another kind are validation's business.
func (l *lint) classes(key, kind string, list []string, set smt.Set) {
	for _, a := range list {
		typeKey := key + "." + a + ".type"
		text, ok := l.props[typeKey]
		text = strings.TrimSpace(text)
		if _, err := set.Find(text); !ok || err == nil {
			continue
		}
		if _, _, _, _, err := l.Plugins.Def(text); err == nil {
			continue
		}
		near := nearestClass(text, set.Names())
		l.addValue(Error, typeKey, "no "+kind+" class "+text+" is part of this program; millrace plugins lists them", near)
		if first, _, _ := strings.Cut(near, " or "); first != "" {
			l.props[typeKey] = first
		}
	}
}
