package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/internal/logs"
)

// A registry of loggers is one as it stands.
var _ coord.Loggers = (*logs.Registry)(nil)

// listLoggers serves GET /admin/loggers. Loggers that are off are left out.
// Source: LoggingResource.listLoggers, Loggers.allLevels.
func (a *api) listLoggers(context.Context, *call) (answer, error) {
	list := loggerList{}
	for _, l := range a.loggers.Levels() {
		if l.Level != "OFF" {
			list = append(list, l)
		}
	}
	return answer{body: list}, nil
}

// loggerList is an object with a member for each logger, in their order.
type loggerList []coord.LoggerLevel

// MarshalJSON implements json.Marshaler.
func (l loggerList) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range l {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(one.Name)
		if err != nil {
			return nil, err
		}
		level, err := json.Marshal(levelOf(one))
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(level)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func levelOf(l coord.LoggerLevel) loggerLevel {
	level := loggerLevel{Level: l.Level}
	if !l.LastModified.IsZero() {
		ms := l.LastModified.UnixMilli()
		level.LastModified = &ms
	}
	return level
}

// logger serves GET /admin/loggers/{logger}. Source: LoggingResource.getLogger.
func (a *api) logger(_ context.Context, c *call) (answer, error) {
	l, ok := a.loggers.Level(c.name())
	if !ok {
		return answer{}, coord.Errorf(http.StatusNotFound, "Logger %s not found.", c.name())
	}
	return answer{body: levelOf(l)}, nil
}

// setLevel serves PUT /admin/loggers/{logger}?scope=. Source: LoggingResource.setLevel.
func (a *api) setLevel(ctx context.Context, c *call) (answer, error) {
	body, err := c.object(`an object with level, as {"level":"DEBUG"}`)
	if err != nil {
		return answer{}, err
	}
	values, err := texts(body, "The request body")
	if err != nil {
		return answer{}, err
	}
	level := values["level"]
	if level == nil {
		return answer{}, badRequest("Desired 'level' parameter was not specified in request.")
	}
	cluster := strings.EqualFold(c.query.text("scope", "worker"), "cluster")
	if h, ok := a.herder.(coord.ClusterLoggers); ok && cluster {
		// Each worker, this one too, applies it when it reads it.
		if _, ok := logs.ParseLevel(*level); !ok {
			return answer{}, unknownLevel(*level)
		}
		return answer{status: http.StatusNoContent}, h.SetClusterLoggerLevel(ctx, c.name(), *level)
	}
	changed, ok := a.loggers.SetLevel(c.name(), *level)
	switch {
	case !ok:
		return answer{}, unknownLevel(*level)
	case cluster:
		return answer{status: http.StatusNoContent}, nil
	}
	return answer{body: filledList(changed)}, nil
}

func unknownLevel(level string) error {
	return coord.Errorf(http.StatusNotFound, "invalid log level '%s'.", level)
}
