package config

import (
	"regexp"
	"strings"
)

// envVarProvider gives environment variables whose whole name matches allowlist.pattern. They are
// read once, when it is made. Source: EnvVarConfigProvider.
type envVarProvider struct {
	vars map[string]string
}

var _ Provider = (*envVarProvider)(nil)

func newEnvVarProvider(params map[string]string, o ProviderOptions) (Provider, error) {
	const param = "allowlist.pattern"
	pattern, limited := params[param]
	if !limited {
		pattern = ".*"
		o.Log.Info("no pattern for environment variables given, all may be read", "param", param)
	}
	re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return nil, InvalidValue(param, pattern, "Not a pattern of RE2 syntax: "+err.Error())
	}
	p := &envVarProvider{vars: map[string]string{}}
	for _, e := range o.Env {
		if name, value, ok := strings.Cut(e, "="); ok && re.MatchString(name) {
			p.vars[name] = value
		}
	}
	return p, nil
}

// Get implements Provider; there are no paths.
func (p *envVarProvider) Get(path string, keys []string) (Data, error) {
	if path != "" {
		return Data{}, NewException("", "Path is not supported for EnvVarConfigProvider, invalid value '"+path+"'")
	}
	d := Data{Values: map[string]string{}}
	for _, k := range keys {
		if v, ok := p.vars[k]; ok {
			d.Values[k] = v
		}
	}
	return d, nil
}
