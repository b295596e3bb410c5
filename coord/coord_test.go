package coord_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

func TestAsRequestError_StatusOfTheJavaClass(t *testing.T) {
	for class, status := range map[string]int{
		"org.apache.kafka.connect.runtime.rest.errors.BadRequestException": 400,
		"org.apache.kafka.connect.errors.NotFoundException":                404,
		"org.apache.kafka.connect.errors.AlreadyExistsException":           409,
		connectors.DataException:                                           500,
	} {
		cause := fmt.Errorf("outside: %w", &connectors.Error{Class: class, Text: "text"})
		var r *coord.RequestError
		if err := coord.AsRequestError(cause); !errors.As(err, &r) || r.Status != status || r.Text != "outside: text" || !errors.Is(err, cause) {
			t.Errorf("%s: %v", class, err)
		}
	}
	var r *coord.RequestError
	if err := coord.AsRequestError(errors.New("plain")); !errors.As(err, &r) || r.Status != 500 {
		t.Error(err)
	}
	gone := coord.Errorf(404, "gone")
	if err := coord.AsRequestError(gone); !errors.Is(err, gone) {
		t.Error(err)
	}
	if err := coord.AsRequestError(context.DeadlineExceeded); errors.As(err, &r) && r.Text == err.Error() {
		t.Error("the end of a context became an answer")
	}
	if err := coord.AsRequestError(nil); err != nil {
		t.Error(err)
	}
}

func TestInvalidConfig_NamesAllFaults(t *testing.T) {
	fault := func(texts ...string) connectors.ValidatedKey {
		return connectors.ValidatedKey{Value: &config.ConfigValue{Errors: texts}}
	}
	v := &connectors.Validation{ErrorCount: 3, Configs: []connectors.ValidatedKey{{}, fault("a", "b"), fault(), fault("c")}}
	want := "Connector configuration is invalid and contains the following 3 error(s):\na\nb\nc\n" +
		"You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`"
	var r *coord.RequestError
	if err := coord.InvalidConfig(v); !errors.As(err, &r) || r.Status != 400 || r.Text != want {
		t.Error(err)
	}
	if err := coord.InvalidConfig(&connectors.Validation{Configs: v.Configs}); err != nil {
		t.Error(err)
	}
}

func TestTaskConfigsChanged(t *testing.T) {
	a, b := map[string]string{"x": "1"}, map[string]string{"x": "2"}
	tasks := []map[string]string{a, b}
	for _, c := range []struct {
		old, tasks        []map[string]string
		applied, resolved map[string]string
		want              bool
	}{
		{tasks, []map[string]string{{"x": "1"}, {"x": "2"}}, a, map[string]string{"x": "1"}, false},
		{tasks, tasks[:1], a, a, true},
		{tasks, []map[string]string{a, a}, a, a, true},
		{tasks, tasks, a, b, true},
		{nil, nil, nil, a, true},
		{nil, []map[string]string{}, a, a, false},
	} {
		if got := coord.TaskConfigsChanged(c.old, c.tasks, c.applied, c.resolved); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestPlan_MarksWhatIsRestarted(t *testing.T) {
	now := &coord.ConnectorStatus{Name: "c", Connector: coord.InstanceStatus{State: connectors.Failed, Trace: "why"}}
	for i, s := range []connectors.State{connectors.Running, connectors.Failed, connectors.Paused} {
		now.Tasks = append(now.Tasks, coord.TaskStatus{ID: i, InstanceStatus: coord.InstanceStatus{State: s}})
	}
	for _, c := range []struct {
		tasks, failed bool
		want          string
	}{
		{false, false, "true [] RESTARTING [RUNNING FAILED PAUSED]"},
		{true, false, "true [0 1 2] RESTARTING [RESTARTING RESTARTING RESTARTING]"},
		{true, true, "true [1] RESTARTING [RUNNING RESTARTING PAUSED]"},
		{false, true, "true [] RESTARTING [RUNNING FAILED PAUSED]"},
	} {
		p := coord.RestartRequest{Connector: "c", IncludeTasks: c.tasks, OnlyFailed: c.failed}.Plan(now)
		var states []connectors.State
		for _, task := range p.Status.Tasks {
			states = append(states, task.State)
		}
		if got := fmt.Sprintf("%v %v %v %v", p.Connector, p.Tasks, p.Status.Connector.State, states); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		if p.Status.Connector.Trace != "why" || now.Connector.State != connectors.Failed || now.Tasks[1].State != connectors.Failed {
			t.Error("the state that was planned for has changed")
		}
	}
	now.Connector.State = connectors.Running
	if p := (coord.RestartRequest{OnlyFailed: true}).Plan(now); p.Connector || len(p.Tasks) > 0 {
		t.Errorf("%+v", p)
	}
}
