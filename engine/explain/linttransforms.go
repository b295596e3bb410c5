package explain

import (
	"slices"

	"github.com/millrace/millrace/config"
)

// transforms looks at aliases: named and defined, and which predicate is whose.
func (l *lint) transforms() {
	transforms, predicates := aliases(l.props, "transforms"), aliases(l.props, "predicates")
	if !l.hidden("transforms") {
		l.aliases("transforms", "transform", transforms)
	}
	if !l.hidden("predicates") {
		l.aliases("predicates", "predicate", predicates)
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
