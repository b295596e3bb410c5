package rest

import (
	"strings"

	"github.com/millrace/millrace/config"
)

// Def returns the worker keys of the REST server. The ssl.* keys among them are the worker's Kafka
// clients' too. Source: RestServerConfig.PublicConfig.
func Def() *config.Def {
	d := config.NewDef()
	for _, k := range sslKeys() {
		d.Define(k)
	}
	for _, k := range serverKeys() {
		d.Define(k)
	}
	for _, k := range ownKeys() {
		d.Define(k)
	}
	return d
}

func serverKeys() []config.Key {
	key := func(name string, t config.Type, def any, v config.Validator, doc string) config.Key {
		return config.Key{Name: name, Type: t, Default: def, Validator: v, Importance: config.Low, Doc: doc}
	}
	return []config.Key{
		key("listeners", config.List, "http://:8083", config.Lambda(validListeners, "List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443."),
			"List of comma-separated URIs the REST API will listen on. The supported protocols are HTTP and HTTPS.\n"+
				" Specify hostname as 0.0.0.0 to bind to all interfaces.\n Leave hostname empty to bind to default interface.\n"+
				" Examples of legal listener lists: HTTP://myhost:8083,HTTPS://myhost:8084"),
		key("rest.advertised.host.name", config.String, nil, nil,
			"If this is set, this is the hostname that will be given out to other workers to connect to."),
		key("rest.advertised.port", config.Int, nil, nil,
			"If this is set, this is the port that will be given out to other workers to connect to."),
		key("rest.advertised.listener", config.String, nil, nil,
			"Sets the advertised listener (HTTP or HTTPS) which will be given to other workers to use."),
		key("access.control.allow.origin", config.String, "", nil,
			"Value to set the Access-Control-Allow-Origin header to for REST API requests.To enable cross origin access, set this to the domain of the "+
				"application that should be permitted to access the API, or '*' to allow access from any domain. The default value only allows access from "+
				"the domain of the REST API."),
		key("access.control.allow.methods", config.String, "", nil,
			"Sets the methods supported for cross origin requests by setting the Access-Control-Allow-Methods header. The default value of the "+
				"Access-Control-Allow-Methods header allows cross origin requests for GET, POST and HEAD."),
		key("response.http.headers.config", config.String, "", config.Lambda(validHeaderRules, "Comma-separated header rules, where each header rule is of the form "+
			"'[action] [header name]:[header value]' and optionally surrounded by double quotes if any part of a header rule contains a comma"),
			"Rules for REST API HTTP response headers"),
		key("rest.extension.classes", config.List, "", config.AnyNonDuplicateValues(true, false),
			"Comma-separated names of <code>ConnectRestExtension</code> classes, loaded and called in the order specified. Implementing the interface  "+
				"<code>ConnectRestExtension</code> allows you to inject into Connect's REST API user defined resources like filters. Typically used to add "+
				"custom capability like logging, security, etc. "),
		key("admin.listeners", config.List, nil, config.AnyNonDuplicateValues(true, true),
			"List of comma-separated URIs the Admin REST API will listen on. The supported protocols are HTTP and HTTPS. An empty or blank string will "+
				"disable this feature. The default behavior is to use the regular listener (specified by the 'listeners' property). A comma-separated list "+
				"of valid URLs, e.g., http://localhost:8080,https://localhost:8443."),
	}
}

// validListeners is the check of listeners. Source: RestServerConfig.ListenersValidator.
func validListeners(name string, value any) error {
	items, ok := value.([]string)
	switch {
	case !ok:
		return config.NewException(name, "Invalid value type for listeners (expected list of URLs , ex: http://localhost:8080,https://localhost:8443).")
	case len(items) == 0:
		return config.NewException(name, "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.")
	}
	for _, item := range items {
		if strings.TrimSpace(item) == "" {
			return config.NewException(name, "Empty URL found when parsing listeners list.")
		}
	}
	return nil
}
