package standalone

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// failing is a plugin that fails in a call, or in a call of one name.
func failing(what string, err error) func(context.Context, string, string) error {
	return func(_ context.Context, call, name string) error {
		if what == call || what == call+" "+name {
			return err
		}
		return nil
	}
}

// blocking is a plugin that hangs in a call, whatever its context says, until it is released.
func blocking(what string) (plugin func(context.Context, string, string) error, release func()) {
	gate := make(chan struct{})
	return func(_ context.Context, call, name string) error {
		if what == call+" "+name {
			<-gate
		}
		return nil
	}, func() { close(gate) }
}

// pass lets fake time pass.
func pass(d time.Duration) { <-time.NewTimer(d).C }

// patience is a context that ends after a while of fake time.
func patience(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestPlugin_ThatHangsInValidateBlocksNobody(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		plugin, release := blocking("validate c")
		k.worker.setPlugin(plugin)
		_, _, err := k.PutConnector(patience(t, time.Second), "c", conf("name", "c"), "", false)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		_, err = k.Validate(patience(t, time.Second), conf("name", "c"))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		equal(t, k.Stage(), "The worker is currently validating the config of a connector of class FileSource, which began at 2000-01-01T00:00:00Z.")
		k.create("d")
		equal(t, k.status("d"), "RUNNING 0:RUNNING")
		go func() { // asks for ever
			_, _, err := k.PutConnector(context.Background(), "c", conf("name", "c"), "", false)
			refused(t, err, 500, "Worker is shutting down")
		}()
		synctest.Wait()
		start := time.Now()
		k.stop()
		if d := time.Since(start); d > 0 {
			t.Errorf("the herder took %v to stop", d)
		}
		release()
		equal(t, k.status("c"), "Worker is shutting down")
	})
}

func TestPlugin_ThatHangsInStartCanBeDeleted(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		plugin, release := blocking("run c")
		k.worker.setPlugin(plugin)
		answer := make(chan error, 1)
		go func() {
			_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
			answer <- err
		}()
		synctest.Wait()
		k.create("d")
		equal(t, k.status("c"), "No status found for connector c")
		must(t, k.PauseConnector(t.Context(), "c"))
		must(t, k.ResumeConnector(t.Context(), "c"))
		start := time.Now()
		must(t, k.DeleteConnector(t.Context(), "c"))
		if d := time.Since(start); d != connectorStop {
			t.Errorf("it took %v", d)
		}
		refused(t, <-answer, 500, "Could not begin changing connector state to STARTED as the connector has been scheduled for shutdown")
		release()
		synctest.Wait()
		equal(t, k.status("c"), "No status found for connector c")
		equal(t, k.worker.running(), "d RUNNING, d-0 RUNNING")
	})
}

func TestPlugin_ThatHangsInTaskConfigsCanBePausedAndDeleted(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		plugin, release := blocking("configs c")
		k.worker.setPlugin(plugin)
		answer := make(chan error, 1)
		go func() {
			_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
			answer <- err
		}()
		synctest.Wait()
		equal(t, k.status("c"), "RUNNING")
		must(t, k.PauseConnector(patience(t, time.Second), "c"))
		equal(t, k.status("c"), "PAUSED")
		must(t, k.StopConnector(patience(t, time.Second), "c"))
		must(t, k.DeleteConnector(patience(t, time.Second), "c"))
		k.create("d")
		release()
		synctest.Wait()
		must(t, <-answer) // it was created, for a while
		equal(t, k.worker.running(), "d RUNNING, d-0 RUNNING")
	})
}

func TestPlugin_ThatFailsToStart(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.worker.setPlugin(failing("run c", errors.New("no such host")))
		_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
		refused(t, err, 500, "Failed to transition connector c to state STARTED")
		equal(t, k.status("c"), "FAILED")
		s, err := k.ConnectorStatus(t.Context(), "c")
		must(t, err)
		equal(t, s.Connector.Trace, "no such host")
		refused(t, k.RestartConnector(t.Context(), "c"), 500, "Failed to transition connector c to state STARTED")
		k.worker.setPlugin(nil)
		plan, err := k.Restart(t.Context(), coord.RestartRequest{Connector: "c", OnlyFailed: true})
		must(t, err)
		equal(t, short(plan)+" "+plan.Connector.Trace, "RESTARTING no such host")
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
	})
}

// What the worker refuses to start has no instance, but shows as failed.
func TestWorker_RefusesToStart(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		cause := &connectors.Error{Class: connectors.ConfigException, Text: "no class", Err: errors.New("root")}
		k.worker.setPlugin(failing("start c", cause))
		_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
		refused(t, err, 500, "no class")
		s, err := k.ConnectorStatus(t.Context(), "c")
		must(t, err)
		equal(t, s.Connector.Trace, "org.apache.kafka.common.config.ConfigException: no class\nCaused by: org.apache.kafka.connect.errors.ConnectException: root\n")
		if s.Connector.State != connectors.Failed || s.Connector.Version != nil {
			t.Errorf("%+v", s)
		}
		must(t, k.PauseConnector(t.Context(), "c"))
		must(t, k.ResumeConnector(t.Context(), "c"))
		equal(t, k.status("c"), "FAILED")
		k.worker.setPlugin(failing("start c-0", errors.New("no task")))
		must(t, k.RestartConnector(t.Context(), "c"))
		equal(t, k.status("c"), "RUNNING 0:FAILED")
		task, err := k.TaskStatus(t.Context(), connectors.TaskID{Connector: "c"})
		must(t, err)
		equal(t, task.Trace, "org.apache.kafka.connect.errors.ConnectException: no task\n")
		if task.Version != nil || task.WorkerID != workerID {
			t.Errorf("%+v", task)
		}
		refused(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c"}), 500, "Failed to start task: c-0")
		k.worker.setPlugin(nil)
		must(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c"}))
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
		must(t, k.DeleteConnector(t.Context(), "c"))
	})
}

func TestTaskConfigs_AreTriedAgainWithJavasBackoff(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		var tries []time.Duration
		start := time.Now()
		k.worker.setPlugin(func(_ context.Context, call, _ string) error {
			if call == "configs" {
				tries = append(tries, time.Since(start))
				return errors.New("not yet")
			}
			return nil
		})
		_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
		refused(t, err, 500, "not yet")
		pass(130 * time.Second)
		synctest.Wait()
		var text []string
		for i := range tries[1:] {
			text = append(text, (tries[i+1] - tries[i]).String())
		}
		equal(t, strings.Join(text, " "), "0s 250ms 500ms 1s 2s 4s 8s 16s 32s 1m0s")
		equal(t, k.status("c"), "RUNNING")
		k.worker.setPlugin(nil)
		pass(60 * time.Second)
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
	})
}

func TestTaskConfigs_TooManyAreNotTriedAgain(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.worker.setPlugin(failing("configs c", &connectors.Error{Class: "org.apache.kafka.connect.runtime.TooManyTasksException", Text: "too many"}))
		_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
		refused(t, err, 500, "too many")
		k.worker.trace()
		pass(time.Hour)
		equal(t, k.worker.trace(), "")
	})
}

// However often a plugin asks, it is heard, and not once for each time.
func TestReconfiguration_RequestsAreMerged(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		k.worker.mu.Lock()
		ask := k.worker.connectors["c"].reconfigure
		k.worker.mu.Unlock()
		gate := make(chan struct{})
		n := 0
		k.worker.setPlugin(func(_ context.Context, call, _ string) error {
			if call == "configs" {
				n++
				<-gate
			}
			return nil
		})
		for range 1000 {
			ask()
		}
		synctest.Wait()
		ask()
		close(gate)
		synctest.Wait()
		if n != 2 {
			t.Errorf("asked %d times", n)
		}
		must(t, k.DeleteConnector(t.Context(), "c"))
		ask()
		equal(t, k.status("c"), "No status found for connector c")
	})
}

func TestRun_StopsEverythingAndClosesTheStore(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		k.create("d")
		k.offsets.err = errors.New("disk full")
		k.stop()
		if got := k.worker.trace(); got != "stop c-0+c-1+d-0, stop c, stop d" && got != "stop c-0+c-1+d-0, stop d, stop c" {
			t.Error(got)
		}
		_, _, err := k.PutConnector(t.Context(), "e", conf(), "", false)
		refused(t, err, 500, "Worker is shutting down")
		_, err = k.Connectors(t.Context())
		refused(t, err, 500, "Worker is shutting down")
	})
}

// A worker whose tasks and connectors hang is left within the time-outs: those of an operation that is
// under way, of the tasks and of the connectors.
func TestRun_StopsWhenPluginsHang(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		plugin, release := blocking("run c-0")
		k.worker.setPlugin(plugin)
		k.create("c")
		k.create("d")
		deleted := make(chan error, 2)
		go func() { deleted <- k.DeleteConnector(t.Context(), "c") }()
		go func() { deleted <- k.DeleteConnector(t.Context(), "c") }() // waits its turn
		synctest.Wait()
		start := time.Now()
		k.stop()
		if d := time.Since(start); d > tasksStop+connectorStop {
			t.Errorf("it took %v", d)
		}
		if a, b := <-deleted, <-deleted; (a == nil) == (b == nil) {
			t.Errorf("%v, %v: one was under way, one waited", a, b)
		}
		release()
	})
}

// A call of the worker that never comes back does not keep the process alive.
func TestRun_GivesUpWhatNeverEnds(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		plugin, release := blocking("start c")
		k.worker.setPlugin(plugin)
		k.create("d")
		answer := make(chan error, 1)
		go func() {
			_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
			answer <- err
		}()
		synctest.Wait()
		equal(t, k.Stage(), "The worker is currently starting connector c, which began at 2000-01-01T00:00:00Z.")
		start := time.Now()
		k.stop()
		if d := time.Since(start); d != stopTimeout {
			t.Errorf("it took %v", d)
		}
		refused(t, <-answer, 500, "Worker is shutting down")
		k.worker.setPlugin(nil)
		release()
		synctest.Wait()
		must(t, k.worker.StopConnector(t.Context(), "c")) // it was started after all
	})
}
