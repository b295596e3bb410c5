package rest

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// putTaskConfigs serves POST /connectors/{connector}/tasks, by which a worker hands the task configs of its
// connector to the leader. Source: InternalClusterResource.putTaskConfigs.
func (a *api) putTaskConfigs(ctx context.Context, c *call) (answer, error) {
	configs, err := taskConfigs(c.body)
	if err != nil {
		return answer{}, err
	}
	s, err := c.signature()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.herder.PutTaskConfigs(ctx, c.name(), configs, s)
}

// fence serves PUT /connectors/{connector}/fence. Source: InternalClusterResource.fenceZombies.
func (a *api) fence(ctx context.Context, c *call) (answer, error) {
	s, err := c.signature()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.herder.FenceZombies(ctx, c.name(), s)
}

// taskConfigs reads a list of task configs, whatever media type it is declared as. Null values are left out.
func taskConfigs(body []byte) ([]map[string]string, error) {
	const what = "a list of task configs"
	if len(body) == 0 {
		return nil, badRequest(noBody, what)
	}
	v, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	if v.kind != kindList {
		return nil, badRequest("The request body must be %s, not %s.", what, v.kind)
	}
	configs := make([]map[string]string, len(v.items))
	for i := range v.items {
		m, err := texts(&v.items[i], "A task config")
		if err != nil {
			return nil, err
		}
		configs[i], _ = withoutNulls(m)
	}
	return configs, nil
}

// signature reads how another worker signed the request.
// Source: InternalRequestSignature.fromHeaders, Base64.Decoder.
func (c *call) signature() (coord.Signature, error) {
	h := c.r.Header
	s := coord.Signature{Body: c.body, Algorithm: h.Get(group.AlgorithmHeader)}
	s.Present = len(h.Values(group.AlgorithmHeader)) > 0 && len(h.Values(group.SignatureHeader)) > 0
	switch {
	case !s.Present && c.signed:
		return s, badRequest("Internal request missing required signature")
	case !s.Present:
		return s, nil
	case !group.KnownAlgorithm(s.Algorithm):
		return s, badRequest("Algorithm %s not available", s.Algorithm)
	}
	text := h.Get(group.SignatureHeader)
	mac, err := base64.StdEncoding.DecodeString(text)
	var at base64.CorruptInputError
	switch {
	case errors.As(err, &at) && int(at) < len(text) && strings.IndexByte(base64Letters, text[at]) < 0:
		return s, badRequest("Illegal base64 character %x", text[at])
	case err != nil:
		return s, badRequest("The header %s is not base64: %v", group.SignatureHeader, err)
	}
	s.MAC = mac
	return s, nil
}

// base64Letters are what base64 is made of.
const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
