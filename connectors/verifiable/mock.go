package verifiable

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// Values of mock_mode; with any other nothing fails.
const (
	connectorFailure = "connector-failure"
	taskFailure      = "task-failure"
)

// failureDelay is how long after its start a mock fails.
const failureDelay = 15 * time.Second

// mockDelay returns delay_ms. Errors: a NumberFormatException, which the original throws bare too.
func mockDelay(props map[string]string) (time.Duration, error) {
	if _, ok := props[delayMsKey]; !ok {
		return failureDelay, nil
	}
	n := numbers{props: props}
	ms := n.long(delayMsKey)
	return time.Duration(ms) * time.Millisecond, n.err
}

// failure is what mocks fail with.
func failure() error { return &java.Exception{Class: "java.lang.RuntimeException", NoText: true} }

// mock is a connector with one task that has its config. Source: MockConnector.
type mock struct {
	props map[string]string
	alarm *time.Timer // of a failure to come
}

// Start arranges for the failure.
func (c *mock) Start(_ context.Context, cc connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	if props[mockModeKey] != connectorFailure {
		return nil
	}
	delay, err := mockDelay(props)
	if err != nil {
		return err
	}
	c.alarm = time.AfterFunc(delay, func() { cc.RaiseError(failure()) })
	return nil
}

// TaskConfigs returns the connector's config.
func (c *mock) TaskConfigs(context.Context, int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}

// Stop calls the failure off.
func (c *mock) Stop(context.Context) error {
	if c.alarm != nil {
		c.alarm.Stop()
	}
	return nil
}

// mockTask fails when its time has come. Source: MockSourceTask, MockSinkTask.
type mockTask struct {
	fails bool
	delay time.Duration
	since time.Time
}

func (t *mockTask) start(props map[string]string) (err error) {
	if t.fails = props[mockModeKey] == taskFailure; t.fails {
		t.since = time.Now()
		t.delay, err = mockDelay(props)
	}
	return err
}

// check returns the failure that is due.
func (t *mockTask) check() error {
	if t.fails && time.Since(t.since) > t.delay {
		return failure()
	}
	return nil
}

// Stop has nothing to release.
func (t *mockTask) Stop(context.Context) error { return nil }
