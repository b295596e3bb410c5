package cmd

import (
	"errors"
	"log/slog"
	"maps"
	"slices"

	"github.com/millrace/millrace/config"
)

// workerConfig is what a worker is told, variables replaced.
type workerConfig struct {
	props       map[string]string
	values      *config.Values
	transformer *config.Transformer // for connectors' configs
}

// readWorkerFile reads a worker file; an empty name is no file, as in Java. set wins over the file.
func readWorkerFile(name string, set map[string]string, log *slog.Logger) (map[string]string, error) {
	props := map[string]string{}
	if name != "" {
		file, err := config.LoadProperties(name)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Duplicates() {
			log.Warn("key is given twice in the worker file, the later value counts", "key", d.Key, "line", d.Line, "earlier_line", d.EarlierLine)
		}
		props = file.Map()
	}
	maps.Copy(props, set)
	return props, nil
}

// parseWorker replaces variables and checks every key of def.
//
// Errors: *config.ConfigException with Java's text. Source: WorkerConfig, AbstractConfig.
func parseWorker(raw map[string]string, def *config.Def, classExists func(string) bool, log *slog.Logger) (*workerConfig, error) {
	providers, err := config.Providers(raw, config.ProviderOptions{Log: log})
	if err != nil {
		return nil, err
	}
	w := &workerConfig{transformer: config.NewTransformer(providers)}
	if w.props, _, err = w.transformer.Transform(raw); err != nil {
		return nil, err
	}
	if w.values, err = def.ParseWith(w.props, config.Options{ClassExists: classExists}); err != nil {
		return nil, err
	}
	return w, refuseWorkerKeys(w.values)
}

// refuseWorkerKeys refuses values of keys that have no effect here and had one in Java.
func refuseWorkerKeys(v *config.Values) error {
	for _, class := range v.List("metric.reporters") {
		if class != "org.apache.kafka.common.metrics.JmxReporter" {
			return config.InvalidValue("metric.reporters", class, "reporters in Java cannot be loaded here: metrics are served at /metrics of the REST API")
		}
	}
	return nil
}

// warn says what of a worker's config is read over, as it may stand in files that Java workers use.
// Source: WorkerConfig.logInternalConverterRemovalWarnings.
func (w *workerConfig) warn(log *slog.Logger) {
	if path := w.values.List("plugin.path"); len(path) > 0 {
		log.Info("plugin.path is not searched: plugins are part of this program, millrace plugins lists them")
	}
	for _, key := range []string{"internal.key.converter", "internal.value.converter"} {
		if _, ok := w.props[key]; ok || len(config.WithPrefix(w.props, key+".")) > 0 {
			log.Warn("internal converters cannot be chosen since Kafka 3.0, the key is ignored", "key", key)
		}
	}
	for _, key := range unknownOwnKeys(w.props, w.values.Def()) {
		attrs := []any{"key", key}
		if n := config.Nearest(key, w.values.Def().Names()); n != "" {
			attrs = append(attrs, "nearest", n)
		}
		log.Warn("key is not known, it has no effect", attrs...)
	}
}

// unknownOwnKeys are keys with our prefix that no one reads: they can only be mistakes.
func unknownOwnKeys(props map[string]string, def *config.Def) []string {
	var out []string
	for _, key := range sortedKeys(props) {
		if _, ok := def.Key(key); !ok && tuning(key) {
			out = append(out, key)
		}
	}
	return out
}

// configClass is the Java class of a config error, for the log; empty for other errors.
func configClass(err error) string {
	var e interface{ JavaClass() string }
	if errors.As(err, &e) {
		return e.JavaClass()
	}
	return ""
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
