package config

import (
	"log/slog"
	"os"
	"strings"
)

// ProviderOptions are what providers need from their surroundings. The zero value logs nothing and
// takes the variables of this process.
type ProviderOptions struct {
	Log *slog.Logger
	Env []string // NAME=value, as os.Environ
}

// providerMaker makes one kind of provider from its parameters.
type providerMaker func(params map[string]string, o ProviderOptions) (Provider, error)

func providerClasses() *Classes[providerMaker] {
	c := NewClasses[providerMaker]("ConfigProvider", "ConfigProvider")
	const pkg = "org.apache.kafka.common.config.provider."
	c.Add(pkg+"FileConfigProvider", nil, newFileProvider)
	c.Add(pkg+"DirectoryConfigProvider", nil, newDirectoryProvider)
	c.Add(pkg+"EnvVarConfigProvider", nil, newEnvVarProvider)
	return c
}

// Providers makes the providers that worker properties name: config.providers=a,b with
// config.providers.a.class and config.providers.a.param.*. A name without class is left out, as in
// Java. Classes are found by Java class name or simple name.
//
// Errors: *ConfigException for any class that is not bundled, and for wrong parameters.
// Source: AbstractConfig.instantiateConfigProviders, Plugins.newConfigProvider.
func Providers(worker map[string]string, o ProviderOptions) (map[string]Provider, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Env == nil {
		o.Env = os.Environ()
	}
	classes := providerClasses()
	out := map[string]Provider{}
	for _, name := range splitList(trim(worker["config.providers"])) {
		prefix := "config.providers." + name
		class, ok := worker[prefix+".class"]
		if !ok {
			continue
		}
		maker, err := classes.Find(trim(class))
		if err != nil {
			return nil, InvalidValue(prefix+".class", class,
				"Could not load config provider class or one of its dependencies; use one of "+strings.Join(classes.Names(), ", "))
		}
		if out[name], err = maker(WithPrefix(worker, prefix+".param."), o); err != nil {
			return nil, err
		}
	}
	return out, nil
}
