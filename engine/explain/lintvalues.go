package explain

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
)

// placeholder is what templates have in place of a value.
var placeholder = regexp.MustCompile(`^(?i:<[a-z][a-z0-9 _./-]*>|\{\{.*\}\}|(your|my)[-_][a-z0-9_-]*[-_]here|change[-_]?me|todo|fixme|xxx+)$`)

// values looks at keys and values as they are written.
func (l *lint) values() {
	for _, e := range l.File.Entries {
		switch trimmed := strings.TrimSpace(e.Key); {
		case trimmed == "":
			l.add(Error, e.Key, "a key is empty", "")
		case trimmed != e.Key:
			l.add(Error, e.Key, "the key has white space around it", trimmed)
			delete(l.props, e.Key)
			if _, ok := l.props[trimmed]; !ok {
				l.props[trimmed] = e.Value
			}
		}
		switch trimmed := strings.TrimSpace(e.Value); {
		case trimmed != e.Value && trimmed != "" && e.Key != "connector.class":
			l.addValue(Warning, e.Key, "the value has white space around it, which some plugins take for part of it", quoted(trimmed, e.Key))
		case placeholder.MatchString(trimmed):
			l.addValue(Error, e.Key, "the value looks like the placeholder of a template", "")
		case len(trimmed) > 1 && trimmed[0] == '"' && trimmed[len(trimmed)-1] == '"' && strings.HasSuffix(l.File.Name, ".properties"):
			l.addValue(Warning, e.Key, "the quotes are part of the value: properties files have none", quoted(trimmed[1:len(trimmed)-1], e.Key))
		}
	}
}

// quoted is a value for a message.
func quoted(value, key string) string {
	if config.LooksSecret(key) {
		return config.Hidden
	}
	return `"` + config.MaskText(value) + `"`
}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// variables looks at ${provider:path:key}.
func (l *lint) variables(ctx context.Context) {
	if l.WorkerFile == nil {
		return
	}
	text, _ := l.WorkerFile.Get("config.providers")
	providers := aliases(map[string]string{"": text}, "")
	for _, e := range l.File.Entries {
		for _, m := range variable.FindAllStringSubmatch(e.Value, -1) {
			provider, _, ok := strings.Cut(m[1], ":")
			switch {
			case !ok, slices.Contains(providers, provider):
				continue // ${topic} and its like are no variables of the worker
			case len(providers) == 0:
				l.addValue(Error, e.Key, "the worker has no config provider "+provider+": it sets no config.providers", "")
			default:
				l.addValue(Error, e.Key, "the worker has no config provider "+provider, config.Nearest(provider, providers))
			}
		}
	}
	resolved, err := l.Worker.Resolve(ctx, l.props)
	if err == nil {
		for k, v := range resolved {
			if v != l.props[k] && l.props[k] != "" {
				l.props[k] = v
			}
		}
		return
	}
	for _, key := range slices.Sorted(maps.Keys(l.props)) {
		if !config.HasVariable(l.props[key]) {
			continue
		}
		if _, err := l.Worker.Resolve(ctx, map[string]string{key: l.props[key]}); err != nil {
			l.addValue(Error, key, "the variable cannot be replaced: "+err.Error(), "")
			delete(l.props, key)
		}
	}
}
