package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// What a body and a config may hold.
const (
	bodyBytesMax   = 4 << 20
	configKeysMax  = 2000
	configValueMax = 1 << 20
	numberMax      = 1000 // characters, as Jackson's
	connectorMax   = 1000 // characters of a name
	urlBytesMax    = 8 << 10
	headerBytesMax = 32 << 10
	noBody         = "The request has no body, or it is null: it must be %s."
)

// readBody reads a body of at most bodyBytesMax.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytesMax))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, coord.Errorf(http.StatusRequestEntityTooLarge, "The request body has more than %d bytes.", bodyBytesMax)
	case err != nil:
		return nil, badRequest("The request body ends early: %v", err)
	}
	return body, nil
}

// json returns the body as a JSON value, nil for none and for null. want says what it should be.
//
// Errors: status 415 for a body that is not declared as JSON. Source: Jersey's JacksonJsonProvider.
func (c *call) json() (*value, error) {
	if strings.TrimSpace(string(c.body)) == "" {
		return nil, nil //nolint:nilnil // no body is no failure of its own
	}
	if c.media != mediaJSON {
		return nil, coord.Errorf(http.StatusUnsupportedMediaType, "HTTP 415 Unsupported Media Type")
	}
	v, err := parseJSON(c.body)
	if err != nil || v.kind == kindNull {
		return nil, err
	}
	return &v, nil
}

// object returns the body, which must be an object: what.
func (c *call) object(what string) (*value, error) {
	v, err := c.json()
	switch {
	case err != nil:
		return nil, err
	case v == nil:
		return nil, badRequest(noBody, what)
	case v.kind != kindObject:
		return nil, badRequest("The request body must be %s, not %s.", what, v.kind)
	}
	return v, nil
}

// texts are the members of an object as Java's Map<String, String> has them: the last of a name counts,
// nil is null.
func texts(v *value, what string) (map[string]*string, error) {
	if v.kind != kindObject {
		return nil, badRequest("%s must be an object, not %s.", what, v.kind)
	}
	m := make(map[string]*string, len(v.members))
	for i := range v.members {
		name, of := v.members[i].name, &v.members[i].value
		s, ok := of.scalar()
		switch {
		case of.kind == kindNull:
			m[name] = nil
		case !ok:
			return nil, badRequest("%s: the value of %q must be text, a number or a boolean, not %s.", what, name, of.kind)
		case len(s) > configValueMax:
			return nil, badRequest("%s: the value of %q has %d bytes, more than %d.", what, name, len(s), configValueMax)
		default:
			m[name] = &s
		}
	}
	if len(m) > configKeysMax {
		return nil, badRequest("%s has %d keys, more than %d.", what, len(m), configKeysMax)
	}
	return m, nil
}

// withoutNulls are texts without their nulls, and the names of these.
func withoutNulls(m map[string]*string) (config map[string]string, nulls []string) {
	config = make(map[string]string, len(m))
	for name, s := range m {
		if s == nil {
			nulls = append(nulls, name)
		} else {
			config[name] = *s
		}
	}
	return config, nulls
}

// connectorConfig is a config that is to be stored: the name is put in. A null is refused where a
// connector's validation refuses it, as Connect does; else the key is left out, while Connect in a cluster
// keeps the null.
// Source: ConnectorsResource.checkAndPutConnectorConfigName, AbstractHerder.addNullValuedErrors.
func (c *call) connectorConfig(ctx context.Context, name string, m map[string]*string) (map[string]string, error) {
	if n := utf8.RuneCountInString(name); n > connectorMax {
		return nil, badRequest("The name of a connector may have %d characters, not %d.", connectorMax, n)
	}
	config, nulls := withoutNulls(m)
	switch included, ok := config["name"]; {
	case ok && included != name:
		return nil, badRequest("Connector name configuration (%s) doesn't match connector name in the URL (%s)", included, name)
	case !ok:
		config["name"] = name
		nulls = slices.DeleteFunc(nulls, func(key string) bool { return key == "name" })
	}
	if len(nulls) == 0 {
		return config, nil
	}
	v, err := c.herder.Validate(ctx, config, nulls...)
	if err != nil {
		return nil, err
	}
	return config, coord.InvalidConfig(v)
}

// createRequest is the body of POST /connectors. Source: CreateConnectorRequest.
type createRequest struct {
	name    string
	config  map[string]*string
	initial connectors.TargetState
}

func (c *call) createRequest() (createRequest, error) {
	const what = "an object with name, config and initial_state"
	var r createRequest
	body, err := c.object(what)
	if err != nil {
		return r, err
	}
	for i := range body.members {
		name, v := body.members[i].name, &body.members[i].value
		s, scalar := v.scalar()
		switch {
		case name == "config" && v.kind == kindNull:
			r.config = nil
		case name == "config":
			r.config, err = texts(v, "config")
		case name == "name" && (scalar || v.kind == kindNull):
			r.name = s
		case name == "initial_state" && v.kind == kindNull:
			r.initial = ""
		case name == "initial_state" && scalar:
			r.initial, err = initialState(s)
		case name == "name" || name == "initial_state":
			err = badRequest("%s must be text, not %s.", name, v.kind)
		default:
			err = badRequest("Unrecognized field %q: the request body must be %s.", name, what)
		}
		if err != nil {
			return r, err
		}
	}
	if r.config == nil {
		return r, badRequest("The request has no config: its body must be %s.", what)
	}
	return r, nil
}

// initialState reads initial_state in any case. Source: CreateConnectorRequest.InitialState.
func initialState(s string) (connectors.TargetState, error) {
	switch strings.ToUpper(s) {
	case "RUNNING":
		return connectors.TargetStarted, nil
	case "PAUSED":
		return connectors.TargetPaused, nil
	case "STOPPED":
		return connectors.TargetStopped, nil
	}
	return "", badRequest("initial_state is %q: RUNNING, PAUSED and STOPPED are known.", s)
}
