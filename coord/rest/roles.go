package rest

import (
	"strings"

	"github.com/millrace/millrace/config"
)

// role is what somebody may do with a connector; each includes those before it.
type role uint8

const (
	roleNone    role = iota // what everybody may ask who was let in
	roleView                // read configs and states; secrets in configs are hidden
	roleOperate             // pause, resume, stop, restart
	roleEdit                // create, change and remove
)

// verb says in a text what a role allows.
func (r role) verb() string { return [...]string{"use", "see", "operate", "change"}[r] }

// scope is what a method's role must hold for.
type scope uint8

const (
	scopeNamed scope = iota // the connector in the path, its first parameter
	scopeSome               // any connector; the handler looks closer
	scopeAll                // every connector, as what is asked for is the worker's
)

// roleKeys are the keys that give roles, by role.
var roleKeys = [...]string{roleView: "millrace.rest.role.view", roleOperate: "millrace.rest.role.operate", roleEdit: "millrace.rest.role.edit"}

// grant gives a role for connectors to somebody.
type grant struct {
	role   role
	kind   string // how the name was proved: user, cert, token; group: one of a token's groups; "" = any but group
	name   string // * is everybody
	prefix string // of names of connectors
	whole  bool   // prefix is the whole name
}

// parseGrants reads the keys that give roles; none of them set is nil.
func parseGrants(v *config.Values) ([]grant, error) {
	var all []grant
	for r := roleView; r <= roleEdit; r++ {
		for _, text := range v.List(roleKeys[r]) {
			g, ok := parseGrant(text)
			if !ok {
				return nil, config.InvalidValue(roleKeys[r], text, "a grant is somebody and connectors, as in: ann orders-*, user:bob *, cert:worker-1 *, token:ci test-*, group:ops *")
			}
			g.role = r
			all = append(all, g)
		}
	}
	return all, nil
}

// parseGrant reads "who connectors": the last word is a name, or with a star at its end the beginning of names.
func parseGrant(text string) (grant, bool) {
	cut := strings.LastIndexAny(text, " \t")
	if cut < 0 {
		return grant{}, false
	}
	who, prefix := strings.TrimSpace(text[:cut]), text[cut+1:]
	g := grant{name: who}
	for _, kind := range []string{kindUser, kindCert, kindToken, kindGroup} {
		if name, ok := strings.CutPrefix(who, kind+":"); ok {
			g.kind, g.name = kind, name
		}
	}
	g.prefix, g.whole = strings.CutSuffix(prefix, "*")
	g.whole = !g.whole
	return g, g.name != "" && prefix != "" && !strings.Contains(g.prefix, "*")
}

// holds says whether a grant is one of i's.
func (g grant) holds(i identity) bool {
	switch {
	case g.kind == kindGroup:
		for _, name := range i.groups {
			if name == g.name {
				return true
			}
		}
		return false
	case g.kind != "" && g.kind != i.kind:
		return false
	}
	return g.name == "*" || g.name == i.name
}

// covers says whether a grant is for a connector.
func (g grant) covers(connector string) bool {
	if g.whole {
		return connector == g.prefix
	}
	return strings.HasPrefix(connector, g.prefix)
}

// access is what the sender of a request may do. The zero value is nothing.
type access struct {
	who    identity
	free   bool // roles are off: everything
	grants []grant
}

// accessOf returns the access of an identity under grants, of which nil is no roles at all.
func accessOf(i identity, grants []grant) access {
	a := access{who: i, free: grants == nil}
	for _, g := range grants {
		if g.holds(i) {
			a.grants = append(a.grants, g)
		}
	}
	return a
}

// may says whether a role is given for a connector.
func (a *access) may(r role, connector string) bool {
	if a.free || r == roleNone {
		return true
	}
	for _, g := range a.grants {
		if g.role >= r && g.covers(connector) {
			return true
		}
	}
	return false
}

// maySome says whether a role is given for any connector.
func (a *access) maySome(r role) bool {
	if a.free || r == roleNone {
		return true
	}
	for _, g := range a.grants {
		if g.role >= r {
			return true
		}
	}
	return false
}

// mayAll says whether a role is given for every connector.
func (a *access) mayAll(r role) bool {
	if a.free || r == roleNone {
		return true
	}
	for _, g := range a.grants {
		if g.role >= r && g.prefix == "" && !g.whole {
			return true
		}
	}
	return false
}
