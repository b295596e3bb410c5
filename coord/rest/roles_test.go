package rest

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

func basicHeader(user string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":pw"))
}

// roleServer knows users by the password pw.
func roleServer(t *testing.T, props map[string]string, metrics ...http.Handler) (*Server, *fakeHerder) {
	t.Helper()
	var users strings.Builder
	for _, u := range []string{"view", "operate", "edit", "admin", "watch", "none", "some", "ann"} {
		users.WriteString(u + "=pw\n")
	}
	jaas := basicFiles(t, users.String())
	all := map[string]string{"rest.extension.classes": basicAuthClass}
	for k, v := range props {
		all[k] = v
	}
	s := newServer(t, all, func(o *Options) {
		o.JAAS = jaas
		if len(metrics) > 0 {
			o.Metrics = metrics[0]
		}
	})
	h := &fakeHerder{health: coord.Health{Ready: true, Live: true}}
	s.Ready(h, newLoggers())
	return s, h
}

func TestRoles_ListsHoldWhatMayBeSeen(t *testing.T) {
	s, h := roleServer(t, map[string]string{"millrace.rest.role.view": "view b*, some a, watch *"})
	h.calm = true // b has a status
	for user, want := range map[string]string{"view": `["b"]`, "some": `["a"]`, "watch": `["a","b"]`, "none": `[]`} {
		if got := ask(t, s, wire("GET /connectors", "", basicHeader(user))); got.code != 200 || got.body != want {
			t.Errorf("%s sees %d %s, want %s", user, got.code, got.body, want)
		}
		got := ask(t, s, wire("GET /connectors?expand=info&expand=status", "", basicHeader(user)))
		for _, name := range []string{"a", "b"} {
			if seen := strings.Contains(got.body, `"name":"`+name+`"`); seen != strings.Contains(want, name) {
				t.Errorf("%s sees %s: %v in %s", user, name, seen, got.body)
			}
		}
	}
}

// secretHerder has a config with a canary in each place where secrets are.
type secretHerder struct{ fakeHerder }

var secretConfig = map[string]string{
	"name": "a", "db.password": "canary1", "url": "jdbc:x://u:canary2@h/d?password=canary3", "sasl.jaas.config": "x password=\"canary4\";",
	"api.token": "canary5", "path": "${file:/s:canary}", "table": "orders",
}

func (h *secretHerder) ConnectorInfo(context.Context, string) (*coord.ConnectorInfo, error) {
	return &coord.ConnectorInfo{Name: "a", Config: secretConfig, Kind: connectors.KindSource}, nil
}

func (h *secretHerder) ConnectorConfig(context.Context, string) (map[string]string, error) {
	return secretConfig, nil
}

func (h *secretHerder) TaskInfos(context.Context, string) ([]coord.TaskInfo, error) {
	return []coord.TaskInfo{{ID: connectors.TaskID{Connector: "a"}, Config: secretConfig}}, nil
}

func TestRoles_SecretsAreHiddenFromWhoMayNotEdit(t *testing.T) {
	s, _ := roleServer(t, map[string]string{"millrace.rest.role.view": "view *", "millrace.rest.role.operate": "operate *", "millrace.rest.role.edit": "edit *"})
	s.Ready(&secretHerder{}, newLoggers())
	for _, path := range []string{"/connectors/a", "/connectors/a/config", "/connectors/a/tasks", "/connectors?expand=info"} {
		for _, user := range []string{"view", "operate", "edit"} {
			got := ask(t, s, wire("GET "+path, "", basicHeader(user)))
			found := 0
			for n := 1; n <= 5; n++ {
				found += strings.Count(got.body, fmt.Sprint("canary", n))
			}
			if got.code != 200 || !strings.Contains(got.body, "orders") || !strings.Contains(got.body, "${file:/s:canary}") {
				t.Errorf("%s as %s: %d %s", path, user, got.code, got.body)
			}
			if user == "edit" && found < 5 || user != "edit" && found > 0 {
				t.Errorf("%s as %s has %d secrets: %s", path, user, found, got.body)
			}
		}
	}
}

func TestRoles_WithoutAnyEverybodyMayDoEverything(t *testing.T) {
	s, h := roleServer(t, nil)
	if got := ask(t, s, wire("DELETE /connectors/a", "", basicHeader("none"))); got.code != 204 || len(h.asked) != 1 {
		t.Errorf("%d %s", got.code, got.body)
	}
}

func TestRoles_NoWayAroundThemAtAdminListeners(t *testing.T) {
	s, _ := roleServer(t, map[string]string{"millrace.rest.role.edit": "admin *, edit a*", "admin.listeners": "http://127.0.0.1:0"})
	s.Serve()
	url := "http://" + s.Addresses()[1] + "/admin/loggers/root"
	for user, want := range map[string]int{"admin": 200, "edit": 403, "": 401} {
		header := []string{}
		if user != "" {
			header = append(header, "Authorization", strings.TrimPrefix(basicHeader(user), "Authorization: "))
		}
		if got := get(t, newClient(), "GET", url, header...); got.code != want {
			t.Errorf("%q: %d %s", user, got.code, got.body)
		}
	}
}

func TestParseGrant(t *testing.T) {
	ann, bob := identity{kind: kindUser, name: "ann"}, identity{kind: kindToken, name: "bob x", groups: []string{"ops", "*"}}
	cases := []struct {
		text      string
		who       identity
		connector string
		want      bool
	}{
		{"ann orders-*", ann, "orders-1", true},
		{"ann orders-*", ann, "order", false},
		{"ann orders", ann, "orders", true},
		{"ann orders", ann, "orders-1", false},
		{"ann *", ann, "", true},
		{"user:ann *", ann, "x", true},
		{"cert:ann *", ann, "x", false},
		{"token:ann *", ann, "x", false},
		{"bob x *", bob, "x", true},
		{"token:bob x\tx*", bob, "xy", true},
		{"group:ops *", bob, "x", true},
		{"group:ops *", ann, "x", false},
		{"group:* *", ann, "x", false},
		{"* x", ann, "x", true},
		{"token:* x", ann, "x", false},
		{"ops *", bob, "x", false}, // a group is named as one
		{"Ann *", ann, "x", false},
	}
	for _, c := range cases {
		g, ok := parseGrant(c.text)
		if !ok || (g.holds(c.who) && g.covers(c.connector)) != c.want {
			t.Errorf("%q for %v and %q: %+v, %v", c.text, c.who, c.connector, g, ok)
		}
	}
	for _, bad := range []string{"ann", "", " *", "user: *", "ann or*ders", "ann **", "ann\u00a0*"} {
		if g, ok := parseGrant(bad); ok {
			t.Errorf("%q is %+v", bad, g)
		}
	}
}
