package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// connectorFile is a connector to create.
type connectorFile struct {
	name    string
	config  map[string]string
	initial connectors.TargetState // empty: started
}

// readConnectorFile reads a connector file. Whatever its name ends in, it may hold, tried in this order: a JSON
// object of texts with the member name; a JSON create request (name, config, initial_state); Java properties.
// Source: ConnectStandalone.parseConnectorConfigurationFile.
func readConnectorFile(path string) (*connectorFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if flat, err := flatJSON(text); err == nil {
		return named(path, flat)
	}
	if request, err := createRequest(text); err == nil {
		return request.file(path)
	}
	props, err := config.ParseProperties(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return named(path, props.Map())
}

func named(path string, flat map[string]string) (*connectorFile, error) {
	name, ok := flat["name"]
	if !ok {
		return nil, fmt.Errorf("Connector configuration at '%s' is missing the mandatory 'name' configuration", path) //nolint:staticcheck // Java's text
	}
	return &connectorFile{name: name, config: flat}, nil
}

// createJSON is the body of POST /connectors. Source: CreateConnectorRequest.
type createJSON struct {
	Name         string          `json:"name"`
	Config       json.RawMessage `json:"config"`
	InitialState string          `json:"initial_state"`

	config  map[string]string
	initial connectors.TargetState
}

func createRequest(text []byte) (*createJSON, error) {
	var r createJSON
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&r); err != nil {
		return nil, err
	}
	if len(r.Config) > 0 && !bytes.Equal(bytes.TrimSpace(r.Config), []byte("null")) {
		var err error
		if r.config, err = flatJSON(r.Config); err != nil {
			return nil, err
		}
	}
	switch strings.ToUpper(r.InitialState) {
	case "":
	case "RUNNING":
		r.initial = connectors.TargetStarted
	case "PAUSED":
		r.initial = connectors.TargetPaused
	case "STOPPED":
		r.initial = connectors.TargetStopped
	default:
		return nil, fmt.Errorf("initial_state %q is none of RUNNING, PAUSED, STOPPED", r.InitialState)
	}
	return &r, nil
}

func (r *createJSON) file(path string) (*connectorFile, error) {
	if r.config == nil {
		return nil, fmt.Errorf("connector configuration at '%s' has no config", path)
	}
	if name, ok := r.config["name"]; ok && name != r.Name {
		return nil, fmt.Errorf("Connector name configuration in 'config' doesn't match the one specified in 'name' at '%s'", path) //nolint:staticcheck // Java's text
	}
	r.config["name"] = r.Name
	return &connectorFile{name: r.Name, config: r.config, initial: r.initial}, nil
}

var errNotFlat = errors.New("not a JSON object of texts, numbers and truth values")

// flatJSON reads an object whose members are scalars, numbers as they are written; a null member counts as absent.
// As with Jackson, a later member replaces an earlier one, and what follows the object is passed over.
func flatJSON(text []byte) (map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errNotFlat
	}
	out := map[string]string{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, errNotFlat
		}
		value, err := d.Token()
		if err != nil {
			return nil, errNotFlat
		}
		name, ok := key.(string)
		if !ok {
			return nil, errNotFlat
		}
		switch v := value.(type) {
		case string:
			out[name] = v
		case json.Number:
			out[name] = v.String()
		case bool:
			out[name] = fmt.Sprint(v)
		case nil:
			delete(out, name)
		default:
			return nil, errNotFlat
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, errNotFlat
	}
	return out, nil
}
