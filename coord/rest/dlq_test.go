package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/millrace/millrace/coord"
)

// fakeLetters answers with what it was asked.
type fakeLetters struct{ running bool }

func (l *fakeLetters) List(_ context.Context, config, options map[string]string) (any, error) {
	return told("list", config, options)
}

func (l *fakeLetters) Show(_ context.Context, config map[string]string, place string, options map[string]string) (any, error) {
	return told("show "+place, config, options)
}

func (l *fakeLetters) Explain(_ context.Context, config map[string]string, place string, options map[string]string) (any, error) {
	return told("explain "+place, config, options)
}

func (l *fakeLetters) StartReplay(_ context.Context, config, options map[string]string) (any, error) {
	l.running = true
	return told("start", config, options)
}

func (l *fakeLetters) Replay(connector string) (any, bool) { return "replay " + connector, l.running }

func (l *fakeLetters) CancelReplay(connector string) (any, bool) {
	return "cancel " + connector, l.running
}

func told(what string, config, options map[string]string) (any, error) {
	switch options["stage"] {
	case "wrong":
		return nil, coord.Errorf(http.StatusBadRequest, "stage is wrong")
	case "broken":
		return nil, errors.New("no broker")
	}
	return fmt.Sprintf("%s of %s%s%s with %v", what, config["name"], config["connector.class"], config["z"], options), nil
}

func TestDLQ(t *testing.T) {
	l := &fakeLetters{}
	s := newServer(t, nil, func(o *Options) { o.Letters = l })
	s.Ready(&fakeHerder{}, newLoggers())
	for _, c := range []struct {
		request, body string
		code          int
		want          string
	}{
		{"GET /connectors/a/dlq", "", 200, `"list of a1 with map[]"`},
		{"GET /connectors/a/dlq?stage=X&key=a+b", "", 200, `"list of a1 with map[key:a b stage:X]"`},
		{"GET /connectors/a/dlq?stage=wrong", "", 400, `{"error_code":400,"message":"stage is wrong"}`},
		{"GET /connectors/a/dlq?stage=broken", "", 500, `{"error_code":500,"message":"no broker"}`},
		{"GET /connectors/none/dlq", "", 404, `{"error_code":404,"message":"Connector none not found"}`},
		{"GET /connectors/a/dlq/letters/0@17", "", 200, `"show 0@17 of a1 with map[]"`},
		{"GET /connectors/a/dlq/letters/0@17/explain", "", 200, `"explain 0@17 of a1 with map[]"`},
		{"GET /connectors/a/dlq/replay", "", 404, `{"error_code":404,"message":"This worker has not replayed letters of connector a since it was started; a replay is known to the worker that was asked for it."}`},
		{"DELETE /connectors/a/dlq/replay", "", 404, `{"error_code":404,"message":"No replay of letters of connector a runs on this worker; a replay is known to the worker that was asked for it."}`},
		{"POST /connectors/a/dlq/replay", `[]`, 400, `{"error_code":400,"message":"an object with options of the replay must be an object, not a list."}`},
		{"POST /connectors/a/dlq/replay", `{"rate":5,"dry_run":true,"to":null}`, 202, `"start of a1 with map[dry_run:true rate:5]"`},
		{"POST /connectors/a/dlq/replay", "", 202, `"start of a1 with map[]"`},
		{"GET /connectors/a/dlq/replay", "", 200, `"replay a"`},
		{"DELETE /connectors/a/dlq/replay", "", 202, `"cancel a"`},
	} {
		if got := ask(t, s, wire(c.request, c.body)); got.code != c.code || got.body != c.want {
			t.Errorf("%s %s: %d %s, want %d %s", c.request, c.body, got.code, got.body, c.code, c.want)
		}
	}
	if got := ask(t, s, wire("POST /connectors/a%20b/dlq/replay", "")); got.header.Get("Location") == "" {
		t.Error("no Location")
	}
}

func TestDLQ_NobodyLooks(t *testing.T) {
	s := newServer(t, nil)
	s.Ready(&fakeHerder{}, newLoggers())
	if got := ask(t, s, wire("GET /connectors/a/dlq", "")); got.code != 404 {
		t.Errorf("%d %s", got.code, got.body)
	}
}
