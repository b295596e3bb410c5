package rest

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/millrace/millrace/config"
)

// cors is what scripts of other sites may do. The zero value allows none.
// Source: RestServer.initializeResources, Jetty's CrossOriginHandler.
type cors struct {
	on      bool
	any     bool
	origins []*regexp.Regexp
	methods string
	browser *http.CrossOriginProtection
}

// newCORS reads access.control.allow.origin, a list of patterns or *, and access.control.allow.methods.
func newCORS(origin, methods string) (cors, error) {
	c := cors{browser: http.NewCrossOriginProtection(), methods: methods}
	if strings.TrimSpace(methods) == "" {
		c.methods = "GET,POST,HEAD"
	}
	c.on = strings.TrimSpace(origin) != ""
	for _, pattern := range strings.Split(origin, ",") {
		pattern = strings.TrimSpace(pattern)
		switch pattern {
		case "":
			continue
		case "*":
			c.any = true
			continue
		}
		re, err := regexp.Compile(`(?i)\A(?:` + pattern + `)\z`)
		if err != nil {
			return cors{}, config.InvalidValue("access.control.allow.origin", origin, "not a list of origins or patterns of origins: "+err.Error())
		}
		c.origins = append(c.origins, re)
	}
	return c, nil
}

// apply sets the headers of an answer, and reports whether the request may be served. A request from
// another site's page is served as Connect serves it when it only reads, or when its origin is allowed;
// to change something it must come from a page of this address.
func (c *cors) apply(h http.Header, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if c.on {
		h.Add("Vary", "Origin")
		if origin != "" && c.allows(origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", c.methods)
				h.Set("Access-Control-Allow-Headers", "Content-Type")
				h.Set("Access-Control-Max-Age", "60")
			}
			return true
		}
	}
	return c.browser.Check(r) == nil
}

// withoutOrigins is c where no other site is allowed.
func (c *cors) withoutOrigins() *cors { return &cors{browser: c.browser} }

func (c *cors) allows(origins string) bool {
	for origin := range strings.FieldsSeq(origins) {
		if c.any {
			return true
		}
		for _, re := range c.origins {
			if re.MatchString(origin) {
				return true
			}
		}
	}
	return false
}
