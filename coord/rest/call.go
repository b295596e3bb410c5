package rest

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/millrace/millrace/coord"
)

// call is one request to a method of a resource.
type call struct {
	*api
	*resource
	access access
	r      *http.Request
	body   []byte
	media  string   // of the body, "" where none is named
	params []string // see match
	query  query
}

// answer is what a client gets. The zero value is 200 without a body.
type answer struct {
	status   int
	body     any    // written as JSON; nil is no body
	location string // path of what was created, escaped
}

// name is the connector, plugin or logger of the path.
func (c *call) name() string { return c.params[0] }

// task is the number of the task in the path. Source: Integer.valueOf, as Jersey calls it.
func (c *call) task() (int, error) {
	n, err := strconv.ParseInt(c.params[1], 10, 32)
	if err != nil {
		return 0, &coord.RequestError{Status: http.StatusNotFound, Text: "HTTP 404 Not Found", Err: err}
	}
	return int(n), nil
}

// answerError is what a client sees of an error. Source: ConnectExceptionMapper, HerderRequestHandler.
func (a *api) answerError(ctx context.Context, err error) answer {
	var known *coord.RequestError
	switch {
	case errors.As(err, &known):
		return errorAnswer(known.Status, known.Text)
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil:
		text := "Request timed out"
		if stage := a.herder.Stage(); stage != "" {
			text += ". " + stage
		}
		return errorAnswer(http.StatusInternalServerError, text)
	}
	return errorAnswer(http.StatusInternalServerError, err.Error())
}

func errorAnswer(status int, text string) answer {
	return answer{status: status, body: errorMessage{status, text}}
}

// badRequest is an error that is the client's fault.
func badRequest(format string, args ...any) error {
	return coord.Errorf(http.StatusBadRequest, format, args...)
}
