package coord

import "context"

// ElsewhereError is an error of a Herder in a cluster: another worker has to serve the request, the leader
// or the owner of what the request names. The REST API forwards the request there.
//
// Source: RequestTargetException, NotLeaderException, NotAssignedException.
type ElsewhereError struct {
	Text string // why, for who cannot forward
	URL  string // of the other worker's REST API, as that advertises it; "" while it is not known
}

// Error returns the text.
func (e *ElsewhereError) Error() string { return e.Text }

// Peers are the other workers of a cluster as a herder asks them.
//
// Errors: *RequestError: what the other worker answered, or status 500 when it cannot be reached.
// Source: RestClient.
type Peers interface {
	// PutTaskConfigs hands the task configs of a connector to the leader, whose REST API is at url. sign
	// signs the body; nil leaves it unsigned, as in groups whose protocol does not sign.
	PutTaskConfigs(ctx context.Context, url, connector string, configs []map[string]string, sign SignFunc) error
	// FenceZombies asks the leader to fence the producers of a connector's older tasks.
	FenceZombies(ctx context.Context, url, connector string, sign SignFunc) error
}

// SignFunc signs the body of an internal request; Algorithm and MAC of what it returns are sent.
type SignFunc func(body []byte) (Signature, error)

// ClusterLoggers is a Herder that sets levels on all workers of its cluster. A level set so is applied on
// each worker as it learns of it, on this one as on the others. Source: Herder.setClusterLoggerLevel.
type ClusterLoggers interface {
	SetClusterLoggerLevel(ctx context.Context, logger, level string) error
}
