package rest

import (
	"net/url"
	"strings"
)

// resource is a path and what may be done with it.
type resource struct {
	path    []string // segments; one in braces takes any text
	methods map[string]*method
}

// method is one HTTP method of a resource.
type method struct {
	json     bool // a body must be JSON; else any media type is taken
	open     bool // served without authentication: workers sign such requests themselves
	forwards bool // another worker may have to serve it
	role     role // that it needs, for what scope says
	scope    scope
	do       handlerFunc
}

// resources are the paths of a listener.
type resources []resource

// path splits a template.
func path(template string) []string { return strings.Split(strings.Trim(template, "/"), "/") }

// match is a resource and the text of its segments in braces, in their order.
type match struct {
	*resource
	params []string
}

// find returns the resource of an escaped path, nil if there is none.
func (rs resources) find(escaped string) *match {
	segments, ok := split(escaped)
	if !ok {
		return nil
	}
	for i := range rs {
		if params, ok := rs[i].matches(segments); ok {
			return &match{&rs[i], params}
		}
	}
	return nil
}

// split returns the segments of an escaped path, unescaped: without matrix parameters (;a=b), and without
// the empty one that a slash at the end makes. ok is false for what names no resource.
func split(escaped string) (segments []string, ok bool) {
	escaped, ok = strings.CutPrefix(escaped, "/")
	if !ok || strings.HasPrefix(escaped, "/") || strings.Contains(escaped, "//") {
		return nil, false
	}
	if escaped == "" {
		return []string{""}, true
	}
	for segment := range strings.SplitSeq(escaped, "/") {
		segment, _, _ = strings.Cut(segment, ";")
		text, err := url.PathUnescape(segment)
		if err != nil {
			return nil, false
		}
		segments = append(segments, text)
	}
	if n := len(segments); n > 1 && segments[n-1] == "" {
		segments = segments[:n-1]
	}
	return segments, true
}

func (r *resource) matches(segments []string) (params []string, ok bool) {
	if len(r.path) != len(segments) {
		return nil, false
	}
	for i, want := range r.path {
		switch {
		case strings.HasPrefix(want, "{"):
			if segments[i] == "" {
				return nil, false
			}
			params = append(params, segments[i])
		case want != segments[i]:
			return nil, false
		}
	}
	return params, true
}

// methodOrder is the order in which Java's HashSet holds the names.
var methodOrder = [...]string{"HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"}

// allow lists the methods of a resource: HEAD comes with GET, OPTIONS always.
// Source: Jersey's OptionsMethodProcessor.
func (r *resource) allow() []string {
	var names []string
	for _, name := range methodOrder {
		switch name {
		case "OPTIONS":
		case "HEAD":
			if r.methods["GET"] == nil {
				continue
			}
		default:
			if r.methods[name] == nil {
				continue
			}
		}
		names = append(names, name)
	}
	return names
}

// method returns what serves a request method; HEAD is served as GET, its body left out by the server.
func (r *resource) method(name string) *method {
	if name == "HEAD" {
		name = "GET"
	}
	return r.methods[name]
}

// query is the parameters of a request.
type query map[string][]string

// parseQuery reads a query. What cannot be unescaped stands for itself.
func parseQuery(raw string) query {
	q := query{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = queryText(name)
		q[name] = append(q[name], queryText(value))
	}
	return q
}

func queryText(s string) string {
	if text, err := url.QueryUnescape(s); err == nil {
		return text
	}
	return s
}

// text returns the first value of a parameter, without if it is absent.
func (q query) text(name, without string) string {
	if values := q[name]; len(values) > 0 {
		return values[0]
	}
	return without
}

// boolean says whether the first value of a parameter is true, as Java's Boolean.valueOf reads it.
func (q query) boolean(name string) bool { return strings.EqualFold(q.text(name, ""), "true") }
