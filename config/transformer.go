package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Provider looks values up outside of configs. Source: config.provider.ConfigProvider.
type Provider interface {
	// Get returns what is known of keys under path; "" is no path. Keys that are absent are left out.
	Get(path string, keys []string) (Data, error)
}

// Data is what a Provider knows. Source: ConfigData.
type Data struct {
	Values map[string]string
	// TTL is after how long the values are to be read again; negative or without HasTTL: never.
	TTL    time.Duration
	HasTTL bool
}

// Transformer replaces variables ${provider:path:key} and ${provider:key} in configs. What a provider
// returns is not searched for variables again. Source: ConfigTransformer.
type Transformer struct {
	providers map[string]Provider
}

// NewTransformer makes a transformer of providers by the names used in variables.
func NewTransformer(providers map[string]Provider) *Transformer {
	return &Transformer{providers: maps.Clone(providers)}
}

// Transform returns configs with the variables replaced whose provider and key are known; all other
// text stays. Each path of each provider is asked once, also if several values name it. ttls is by
// path, as in Java.
//
// Ownership: configs is not changed, the result is new.
// Errors: the first one of a provider.
func (t *Transformer) Transform(configs map[string]string) (data map[string]string, ttls map[string]time.Duration, err error) {
	wanted := map[lookup][]string{}
	for _, text := range configs {
		for v, ok := nextVariable(text, 0); ok; v, ok = nextVariable(text, v.end) {
			if t.providers[v.provider] != nil {
				at := lookup{v.provider, v.path}
				wanted[at] = append(wanted[at], v.key)
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(wanted), func(a, b lookup) int {
		return strings.Compare(a.provider+"\x00"+a.path, b.provider+"\x00"+b.path)
	})
	found := make(map[lookup]map[string]string, len(order))
	ttls = map[string]time.Duration{}
	for _, at := range order {
		keys := wanted[at]
		slices.Sort(keys)
		d, err := t.providers[at.provider].Get(at.path, slices.Compact(keys))
		if err != nil {
			return nil, nil, fmt.Errorf("config provider %q: %w", at.provider, err)
		}
		found[at] = d.Values
		if d.HasTTL && d.TTL >= 0 {
			ttls[at.path] = d.TTL
		}
	}
	data = make(map[string]string, len(configs))
	for name, text := range configs {
		data[name] = replaceVariables(text, found)
	}
	return data, ttls, nil
}

// HasVariable says whether text holds a variable, of a known provider or not.
func HasVariable(text string) bool {
	_, ok := nextVariable(text, 0)
	return ok
}

type lookup struct{ provider, path string }

type variable struct {
	lookup
	key        string
	start, end int // of the text with ${ and }
}

func replaceVariables(text string, found map[lookup]map[string]string) string {
	var b strings.Builder
	done := 0
	for v, ok := nextVariable(text, 0); ok; v, ok = nextVariable(text, v.end) {
		if value, known := found[v.lookup][v.key]; known {
			b.WriteString(text[done:v.start])
			b.WriteString(value)
			done = v.end
		}
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

// nextVariable finds the first match at or after from of Java's pattern
//
//	\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}
//
// A match reaches to the first closing brace and needs a colon before it; without one the search goes
// on. The provider ends at the first colon, the path, if there is a second
// colon, at that; the key holds the rest, colons too.
func nextVariable(text string, from int) (variable, bool) {
	for {
		i := strings.Index(text[from:], "${")
		if i < 0 {
			return variable{}, false
		}
		start := from + i
		n := strings.IndexByte(text[start:], '}')
		if n < 0 {
			return variable{}, false
		}
		provider, rest, ok := strings.Cut(text[start+2:start+n], ":")
		if !ok {
			from = start + n // any later start before this brace lacks the colon too
			continue
		}
		v := variable{lookup: lookup{provider: provider}, key: rest, start: start, end: start + n + 1}
		if path, key, ok := strings.Cut(rest, ":"); ok {
			v.path, v.key = path, key
		}
		return v, true
	}
}
