package rest

import (
	"context"
	"net/http"
	"time"
)

// serverInfo serves GET /. Source: RootResource.serverInfo.
func (a *api) serverInfo(ctx context.Context, _ *call) (answer, error) {
	id, err := a.herder.KafkaClusterID(ctx)
	if err != nil {
		return answer{}, err
	}
	return answer{body: serverInfo{a.version, a.commit, id}}, nil
}

// healthMax is how long a worker may take to show that it is healthy.
// Source: RestServer.DEFAULT_HEALTH_CHECK_TIMEOUT_MS.
const healthMax = 10 * time.Second

// health serves GET /health. Source: RootResource.healthCheck, WorkerStatus.
func (a *api) health(ctx context.Context, _ *call) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, healthMax)
	defer cancel()
	h, err := a.herder.Health(ctx)
	switch {
	case err != nil:
		return answer{}, err
	case !h.Ready:
		return a.ailing(http.StatusServiceUnavailable, "starting", "Worker is still starting up."), nil
	case !h.Live:
		return a.ailing(http.StatusInternalServerError, "unhealthy", "Worker was unable to handle this request and may be unable to handle other requests."), nil
	}
	return answer{body: workerStatus{"healthy", "Worker has completed startup and is ready to handle requests."}}, nil
}

// ailing says what is wrong, and what the worker is at.
func (a *api) ailing(status int, what, text string) answer {
	if stage := a.herder.Stage(); stage != "" {
		text += " " + stage
	}
	return answer{status: status, body: workerStatus{what, text}}
}
