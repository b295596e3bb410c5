package cmd

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord/rest"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/consume"
	"github.com/millrace/millrace/engine/migrate"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/internal/kafka"
)

// foreignWorker reads a worker file and finds all that stands between it and a worker of this program; a start
// ends at the first. The file is that of a cluster where it has a group.
func (p *program) foreignWorker(raw map[string]string, java javaProperties) *foreignWorker {
	w := &foreignWorker{props: raw}
	w.providers(raw)
	if props, _, err := w.transformer.Transform(raw); err != nil {
		w.add(migrate.Refused("config.providers", err))
	} else {
		w.props = props
	}
	def := standaloneDef()
	_, cluster := w.props["group.id"]
	if cluster {
		def = distributedDef()
	}
	w.keys(p, def, cluster)
	w.clients = kafka.Clients{
		Version: clientVersion(version), LoginConfig: java[loginConfigProperty], Krb5Config: java[krb5ConfigProperty],
		OAuthURLs: append(migrate.Aliases(w.props, oauthURLsKey), java.list(oauthURLsProperty)...), Strict: rest.Strict(w.props),
	}
	w.clientKeys()
	w.obstacles = migrate.Sort(w.obstacles)
	return w
}

func (w *foreignWorker) add(o migrate.Obstacle) { w.obstacles = append(w.obstacles, o) }

// providers makes the config providers one by one.
func (w *foreignWorker) providers(raw map[string]string) {
	made := map[string]config.Provider{}
	for _, name := range migrate.Aliases(raw, "config.providers") {
		one := maps.Clone(raw)
		one["config.providers"] = name
		got, err := config.Providers(one, config.ProviderOptions{})
		if err == nil {
			maps.Copy(made, got)
			continue
		}
		prefix := "config.providers." + name + "."
		o := migrate.Refused(prefix+"class", err)
		if _, ok := raw[prefix+"param."+o.Key]; ok {
			o.Key = prefix + "param." + o.Key
		}
		if o.Kind == migrate.ConfigProvider {
			o = migrate.Missing(o.Kind, o.Key, strings.TrimSpace(raw[o.Key]))
		}
		w.add(o)
	}
	w.transformer = config.NewTransformer(made)
}

// keys checks the keys of def, then what goes beyond their values.
func (w *foreignWorker) keys(p *program, def *config.Def, cluster bool) {
	known := config.Options{ClassExists: func(name string) bool {
		_, err := p.plugins.Converters.Find(name)
		return err == nil
	}}
	for _, v := range def.ValidateWith(w.props, known) {
		if len(v.Errors) == 0 {
			continue
		}
		o := migrate.Obstacle{Kind: migrate.Key, Key: v.Name, Text: v.Errors[0]}
		if class, ok := w.props[v.Name]; ok && strings.HasSuffix(v.Name, ".converter") {
			o = migrate.Missing(migrate.Converter, v.Name, strings.TrimSpace(class))
		}
		w.add(o)
	}
	for _, class := range migrate.Aliases(w.props, "rest.extension.classes") {
		if !rest.KnownExtension(class) {
			w.add(migrate.Obstacle{Kind: migrate.Key, Key: "rest.extension.classes", Class: class, Text: "extension " + class + " is a Java class, which cannot be loaded here"})
		}
	}
	if len(w.obstacles) > 0 {
		return
	}
	v, err := def.ParseWith(w.props, known)
	if err == nil {
		err = refuseWorkerKeys(v)
	}
	if err == nil && cluster {
		err = refuseDistributedKeys(v)
	}
	if err == nil {
		_, err = engine.NewWorker(engine.Options{Config: w.props, Plugins: p.plugins, Logger: slog.New(slog.DiscardHandler), Distributed: cluster})
	}
	if err != nil {
		w.add(migrate.Refused("", err))
	}
}

// clientKeys makes the worker's own clients and those of connectors that have no settings of their own; none of
// them connects.
func (w *foreignWorker) clientKeys() {
	for _, c := range []struct {
		prefix string
		check  func(map[string]string) error
	}{
		{"", nil},
		{"producer.", func(p map[string]string) error { _, err := produce.Options(p); return err }},
		{"consumer.", func(p map[string]string) error { _, err := consume.ClientOptions(p); return err }},
		{"admin.", nil},
	} {
		props := w.props
		if c.prefix != "" {
			if props = config.WithPrefix(w.props, c.prefix); len(props) == 0 {
				continue
			}
			props["bootstrap.servers"] = w.props["bootstrap.servers"]
			props["group.id"] = "check" // each sink has its own
		}
		var errs []error
		if c.check != nil {
			errs = append(errs, c.check(props))
		}
		cl, err := w.clients.New(props)
		if err == nil {
			cl.Close()
		}
		for _, err := range append(errs, err) {
			w.client(c.prefix, err)
		}
	}
}

// client adds why a client cannot be made, unless its key has been spoken of.
func (w *foreignWorker) client(prefix string, err error) {
	if err == nil {
		return
	}
	o := migrate.Refused("", err)
	var e *kafka.ConfigError
	if errors.As(err, &e) {
		o.Key = e.Key
	}
	if o.Key != "bootstrap.servers" {
		o.Key = prefix + o.Key
	}
	if !slices.ContainsFunc(w.obstacles, func(other migrate.Obstacle) bool { return other.Key == o.Key }) {
		w.add(o)
	}
}
