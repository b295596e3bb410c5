package rest

import (
	"context"
	"net/http"
)

// serverInfo serves GET /. Source: RootResource.serverInfo.
func (a *api) serverInfo(ctx context.Context, _ *call) (answer, error) {
	id, err := a.herder.KafkaClusterID(ctx)
	if err != nil {
		return answer{}, err
	}
	return answer{body: serverInfo{a.version, a.commit, id}}, nil
}

// health serves GET /health. Source: RootResource.healthCheck, WorkerStatus.
func (a *api) health(context.Context, *call) (answer, error) {
	h := a.herder.Health()
	if h.Ready {
		return answer{body: workerStatus{"healthy", "Worker has completed startup and is ready to handle requests."}}, nil
	}
	text := "Worker is still starting up."
	if h.Stage != "" {
		text += " " + h.Stage
	}
	return answer{status: http.StatusServiceUnavailable, body: workerStatus{"starting", text}}, nil
}
