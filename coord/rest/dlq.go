package rest

import (
	"context"
	"maps"
	"net/http"

	"github.com/millrace/millrace/coord"
)

// Letters looks at the dead letters of connectors, and takes them back. A config is the connector's as it is stored, its name
// in it; options are texts, as of the flags of millrace dlq. What is returned is written as JSON.
//
// Errors are for clients; those that are no *coord.RequestError are status 500. Safe for concurrent use.
type Letters interface {
	// List counts letters by cause.
	List(ctx context.Context, config, options map[string]string) (any, error)
	// Show shows the letter at a place: partition@offset.
	Show(ctx context.Context, config map[string]string, place string, options map[string]string) (any, error)
	// Explain takes it through the connector's config.
	Explain(ctx context.Context, config map[string]string, place string, options map[string]string) (any, error)
	// StartReplay starts a replay, of which a worker has one of each connector at a time, and returns how it stands.
	StartReplay(ctx context.Context, config, options map[string]string) (any, error)
	// Replay says how the last replay of a connector stands; ok is false if there was none.
	Replay(connector string) (standing any, ok bool)
	// CancelReplay tells it to end, which it does soon; ok is false if none runs.
	CancelReplay(connector string) (standing any, ok bool)
}

// dlqResources are the paths of dead letters, which Connect does not have. Letters are data: who may see them may also change the
// connector, and so have it read what it likes. Messages in a list may quote data, as traces in a status do.
func (a *api) dlqResources() resources {
	return resources{
		{path("/connectors/{connector}/dlq"), map[string]*method{"GET": operator(local(a.listLetters))}},
		{path("/connectors/{connector}/dlq/letters/{letter}"), map[string]*method{"GET": editor(local(a.showLetter))}},
		{path("/connectors/{connector}/dlq/letters/{letter}/explain"), map[string]*method{"GET": editor(local(a.explainLetter))}},
		{path("/connectors/{connector}/dlq/replay"), map[string]*method{
			"GET": viewer(a.replay), "POST": editor(local(a.startReplay)), "DELETE": editor(local(a.cancelReplay)),
		}},
	}
}

func (a *api) listLetters(ctx context.Context, c *call) (answer, error) {
	config, err := a.lettersOf(ctx, c)
	if err != nil {
		return answer{}, err
	}
	return answered(a.letters.List(ctx, config, c.options()))
}

func (a *api) showLetter(ctx context.Context, c *call) (answer, error) {
	config, err := a.lettersOf(ctx, c)
	if err != nil {
		return answer{}, err
	}
	return answered(a.letters.Show(ctx, config, c.params[1], c.options()))
}

func (a *api) explainLetter(ctx context.Context, c *call) (answer, error) {
	config, err := a.lettersOf(ctx, c)
	if err != nil {
		return answer{}, err
	}
	return answered(a.letters.Explain(ctx, config, c.params[1], c.options()))
}

// startReplay serves POST /connectors/{connector}/dlq/replay, whose body is the options, none for all letters.
func (a *api) startReplay(ctx context.Context, c *call) (answer, error) {
	const what = "an object with options of the replay"
	options := map[string]string{}
	switch v, err := c.json(); {
	case err != nil:
		return answer{}, err
	case v != nil:
		m, err := texts(v, what)
		if err != nil {
			return answer{}, err
		}
		options, _ = withoutNulls(m)
	}
	config, err := a.lettersOf(ctx, c)
	if err != nil {
		return answer{}, err
	}
	r, err := answered(a.letters.StartReplay(ctx, config, options))
	if err != nil {
		return answer{}, err
	}
	r.status, r.location = http.StatusAccepted, c.path()
	return r, nil
}

func (a *api) replay(ctx context.Context, c *call) (answer, error) {
	if _, err := a.lettersOf(ctx, c); err != nil {
		return answer{}, err
	}
	standing, ok := a.letters.Replay(c.name())
	if !ok {
		return answer{}, coord.Errorf(http.StatusNotFound, "This worker has not replayed letters of connector %s since it was started; a replay is known to the worker that was asked for it.", c.name())
	}
	return answer{body: standing}, nil
}

func (a *api) cancelReplay(ctx context.Context, c *call) (answer, error) {
	if _, err := a.lettersOf(ctx, c); err != nil {
		return answer{}, err
	}
	standing, ok := a.letters.CancelReplay(c.name())
	if !ok {
		return answer{}, coord.Errorf(http.StatusNotFound, "No replay of letters of connector %s runs on this worker; a replay is known to the worker that was asked for it.", c.name())
	}
	return answer{status: http.StatusAccepted, body: standing}, nil
}

// lettersOf returns the config of the connector in the path, with its name.
func (a *api) lettersOf(ctx context.Context, c *call) (map[string]string, error) {
	if a.letters == nil {
		return nil, coord.Errorf(http.StatusNotFound, "This worker does not look at dead letters.")
	}
	config, err := a.herder.ConnectorConfig(ctx, c.name())
	if err != nil {
		return nil, err
	}
	config = maps.Clone(config)
	config["name"] = c.name()
	return config, nil
}

// options are the query's parameters, the first value of each.
func (c *call) options() map[string]string {
	options := make(map[string]string, len(c.query))
	for name := range c.query {
		options[name] = c.query.text(name, "")
	}
	return options
}

func answered(body any, err error) (answer, error) { return answer{body: body}, err }
