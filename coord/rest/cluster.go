package rest

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/millrace/millrace/coord"
)

// The headers of a signature. Source: InternalRequestSignature.
const (
	signatureHeader = "X-Connect-Authorization"
	algorithmHeader = "X-Connect-Request-Signature-Algorithm"
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

// signature reads how another worker signed the request. Source: InternalRequestSignature.fromHeaders.
func (c *call) signature() (coord.Signature, error) {
	h := c.r.Header
	s := coord.Signature{Body: c.body, Algorithm: h.Get(algorithmHeader)}
	s.Present = len(h.Values(algorithmHeader)) > 0 && len(h.Values(signatureHeader)) > 0
	switch {
	case !s.Present && c.signed:
		return s, badRequest("Internal request missing required signature")
	case !s.Present:
		return s, nil
	}
	mac, err := base64.StdEncoding.DecodeString(h.Get(signatureHeader))
	if err != nil {
		return s, badRequest("The header %s is not base64: %v", signatureHeader, err)
	}
	s.MAC = mac
	return s, nil
}
