package verifiable

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/connectortest"
	"github.com/millrace/millrace/internal/java"
)

// fails checks that err is what mocks fail with.
func fails(t *testing.T, what string, err error) {
	t.Helper()
	var e *java.Exception
	if !errors.As(err, &e) || e.String() != "java.lang.RuntimeException" {
		t.Errorf("%s: %v, want a RuntimeException without text", what, err)
	}
}

func TestMocks_FailInTime(t *testing.T) {
	for delay, props := range map[time.Duration]map[string]string{
		15 * time.Second:       {},
		700 * time.Millisecond: {"delay_ms": "700"},
	} {
		t.Run(delay.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				props["mock_mode"] = "task-failure"
				source := named(t, "MockSource", nil).NewSource().NewTask()
				if err := source.Start(t.Context(), &connectortest.SourceContext{}, props); err != nil {
					t.Fatal(err)
				}
				var err error
				for err == nil {
					_, err = source.Poll(t.Context())
				}
				fails(t, "source", err)
				if late := time.Since(start) - delay; late < 0 || late > 10*time.Millisecond {
					t.Errorf("the source failed after %v, want %v", time.Since(start), delay)
				}

				start = time.Now()
				tc := &connectortest.SinkContext{}
				sink := named(t, "MockSink", nil).NewSink().NewTask()
				err = sink.Start(t.Context(), tc, props)
				for err == nil {
					if tc.RetryAfter != 250*time.Millisecond {
						t.Fatalf("the sink asks for a put after %v", tc.RetryAfter)
					}
					time.Sleep(tc.RetryAfter)
					err = sink.Put(t.Context(), nil)
				}
				fails(t, "sink", err)
				if late := time.Since(start) - delay; late < 0 || late > 250*time.Millisecond {
					t.Errorf("the sink failed after %v, want %v", time.Since(start), delay)
				}

				props["mock_mode"] = "connector-failure"
				for _, stopped := range []bool{false, true} {
					cc := &connectortest.ConnectorContext{}
					c := named(t, "MockSink", nil).NewSink()
					if err := c.Start(t.Context(), cc, props); err != nil {
						t.Fatal(err)
					}
					if err := cc.Raised(); err != nil {
						t.Errorf("raised at once: %v", err)
					}
					if stopped {
						if err := c.Stop(t.Context()); err != nil {
							t.Error(err)
						}
					}
					time.Sleep(delay + time.Millisecond)
					if stopped && cc.Raised() != nil {
						t.Error("a stopped connector failed")
					} else if !stopped {
						fails(t, "connector", cc.Raised())
						if configs, err := c.TaskConfigs(t.Context(), 5); err != nil || len(configs) != 1 || configs[0]["mock_mode"] != "connector-failure" {
							t.Errorf("task configs %v, %v; want one, the connector's", configs, err)
						}
					}
				}
			})
		})
	}
}

func TestMocks_RefuseADelayThatIsNoNumber(t *testing.T) {
	props := map[string]string{"mock_mode": "task-failure", "delay_ms": "soon"}
	sink := named(t, "MockSink", nil).NewSink().NewTask()
	source := named(t, "MockSource", nil).NewSource().NewTask()
	for _, err := range []error{
		sink.Start(t.Context(), &connectortest.SinkContext{}, props),
		source.Start(t.Context(), &connectortest.SourceContext{}, props),
	} {
		var e *java.Exception
		if !errors.As(err, &e) || e.Class != "java.lang.NumberFormatException" {
			t.Errorf("%v, want a NumberFormatException", err)
		}
	}
	var c connectors.Connector = named(t, "MockSource", nil).NewSource()
	if err := c.Start(context.Background(), &connectortest.ConnectorContext{}, map[string]string{"mock_mode": "connector-failure", "delay_ms": ""}); err == nil {
		t.Error("an empty delay passes")
	}
}
