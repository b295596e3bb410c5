package distributed

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

func TestCreate_StartsConnectorAndTasks(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
		equal(t, k.worker.running(), "c c-0 c-1")
		_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
		refused(t, err, 409, "Connector c already exists")
		info, err := k.ConnectorInfo(t.Context(), "c")
		must(t, err)
		if len(info.Tasks) != 2 || info.Kind != connectors.KindSource {
			t.Errorf("%+v", info)
		}
		must(t, k.DeleteConnector(t.Context(), "c"))
		equal(t, k.status("c"), "No status found for connector c")
		equal(t, k.worker.running(), "")
		refused(t, k.DeleteConnector(t.Context(), "c"), 404, "Connector c not found")
		_, err = k.ConnectorInfo(t.Context(), "c")
		refused(t, err, 404, "Connector c not found")
	})
}

func TestCreate_InitialState(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		_, _, err := k.PutConnector(t.Context(), "c", conf(), connectors.TargetStopped, false)
		must(t, err)
		equal(t, k.status("c"), "STOPPED")
		must(t, k.ResumeConnector(t.Context(), "c"))
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
	})
}

func TestPut_OnlyWhatChangedIsRestarted(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "3")
		// A connector that asks for it gets other configs for one task: the others go on.
		k.worker.mu.Lock()
		k.worker.tasks = func(c map[string]string) ([]map[string]string, error) {
			tasks, err := countedTasks(c)
			tasks[1]["x"] = "new"
			return tasks, err
		}
		ask := k.worker.instances[connectors.TaskID{Connector: "c", Task: connectors.ConnectorTask}].ask
		k.worker.mu.Unlock()
		ask()
		synctest.Wait()
		equal(t, k.worker.trace(), "configs c, stop c-1, start c-1")
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING 2:RUNNING")
		ask()
		synctest.Wait()
		equal(t, k.worker.trace(), "configs c")

		// Another connector config is another for all tasks.
		_, _, err := k.PutConnector(t.Context(), "c", conf("name", "c", "tasks", "3", "y", "1"), "", true)
		must(t, err)
		synctest.Wait()
		equal(t, k.worker.trace(), "validate c, stop c, start c, configs c, stop c-0+c-1+c-2, start c-0, start c-1, start c-2")
	})
}

// Task configs that are committed let failed tasks try again, whether their own changed or not.
func TestCommit_RestartsWhatFailed(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.worker.refuses("c-2", errFake)
		k.create("c", "tasks", "3")
		k.worker.fail(connectors.TaskID{Connector: "c", Task: 1})
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:FAILED 2:FAILED")
		k.worker.refuses("c-2", nil)
		must(t, k.configs.write(tasksRecords("c", k.configs.Configs().TaskConfigs("c"))...))
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c-1, start c-1, start c-2")
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING 2:RUNNING")
	})
}

// A commit behind a config with variables means that they came to something else.
func TestPut_VariablesThatChangeRestartTasks(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "secret", "${p:k}")
		k.worker.mu.Lock()
		k.worker.resolve = func(c map[string]string) map[string]string { return map[string]string{"secret": "another"} }
		ask := k.worker.instances[connectors.TaskID{Connector: "c", Task: connectors.ConnectorTask}].ask
		k.worker.mu.Unlock()
		ask()
		synctest.Wait()
		equal(t, k.worker.trace(), "configs c, stop c-0, start c-0")
	})
}

func TestPatch_MergesAndValidates(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "a", "1", "b", "2")
		three := "3"
		info, err := k.PatchConnector(t.Context(), "c", map[string]*string{"a": nil, "b": &three})
		must(t, err)
		if _, has := info.Config["a"]; has || info.Config["b"] != "3" {
			t.Errorf("%v", info.Config)
		}
		_, err = k.PatchConnector(t.Context(), "d", nil)
		refused(t, err, 404, "Connector d not found")
	})
}

func TestTargets_PauseResumeStop(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		must(t, k.PauseConnector(t.Context(), "c"))
		equal(t, k.status("c"), "PAUSED 0:PAUSED")
		must(t, k.ResumeConnector(t.Context(), "c"))
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
		k.configs.take()
		must(t, k.StopConnector(t.Context(), "c"))
		equal(t, k.status("c"), "STOPPED")
		if keys := k.configs.take(); len(keys) != 2 || keys[0] != "commit-c" || keys[1] != "target-state-c" {
			t.Errorf("%v", keys)
		}
		must(t, k.StopConnector(t.Context(), "c"))
		must(t, k.ResumeConnector(t.Context(), "c"))
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
		refused(t, k.PauseConnector(t.Context(), "d"), 404, "Unknown connector d")
		refused(t, k.StopConnector(t.Context(), "d"), 404, "Unknown connector d")
	})
}

func TestRestart_WhatIsAskedFor(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		must(t, k.RestartConnector(t.Context(), "c"))
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c, start c, configs c")
		must(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c", Task: 1}))
		equal(t, k.worker.trace(), "stop c-1, start c-1")
		k.worker.fail(connectors.TaskID{Connector: "c", Task: 0})
		equal(t, k.status("c"), "RUNNING 0:FAILED 1:RUNNING")
		status, err := k.Restart(t.Context(), coord.RestartRequest{Connector: "c", IncludeTasks: true, OnlyFailed: true})
		must(t, err)
		if status.Connector.State != connectors.Running || status.Tasks[0].State != connectors.Restarting {
			t.Errorf("%+v", status)
		}
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c-0, start c-0")
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
		refused(t, k.RestartConnector(t.Context(), "d"), 404, "Unknown connector: d")
		refused(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c", Task: 2}), 404, "Unknown task: c-2")
		_, err = k.Restart(t.Context(), coord.RestartRequest{Connector: "d"})
		refused(t, err, 404, "Unknown connector: d")
	})
}

// A class that is not here fails what needs it, once; the worker and other connectors go on.
func TestStart_MissingClassIsNamedAndNotTriedAgain(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		err := &connectors.Error{Class: connectors.ConnectException, Text: "Failed to find any class that implements Connector and which name matches Unknown"}
		k.worker.refuses("c", err)
		must(t, k.configs.PutConnector(t.Context(), "c", map[string]string{"connector.class": "Unknown"}, ""))
		equal(t, k.status("c"), "FAILED")
		s, _ := k.ConnectorStatus(t.Context(), "c")
		equal(t, s.Connector.Trace, connectors.ConnectException+": "+err.Text+"\n")
		equal(t, k.worker.trace(), "start c")
		refused(t, k.RestartConnector(t.Context(), "c"), 500, "Failed to start connector: c")
		equal(t, k.worker.trace(), "start c")
		k.create("d")
		equal(t, k.status("d"), "RUNNING 0:RUNNING")
	})
}

func TestOffsets_OnlyOfStoppedConnectors(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		_, err := k.ResetOffsets(t.Context(), "c")
		refused(t, err, 400, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/c/stop' endpoint")
		_, err = k.AlterOffsets(t.Context(), "c", nil)
		refused(t, err, 400, "Partitions / offsets need to be provided for an alter offsets request")
		_, err = k.ResetOffsets(t.Context(), "d")
		refused(t, err, 404, "Connector d not found")
		must(t, k.StopConnector(t.Context(), "c"))
		message, err := k.ResetOffsets(t.Context(), "c")
		must(t, err)
		equal(t, message, "The offsets for this connector have been reset successfully")
		if k.o.Offsets.(*fakeOffsets).set["c"] != 1 {
			t.Error("nothing was stored")
		}
	})
}

func TestOffsets_OfSinksAreTheGroups(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		must(t, k.StopConnector(t.Context(), "c"))
		list, err := k.Offsets(t.Context(), "c")
		must(t, err)
		if len(list) != 1 {
			t.Errorf("%v", list)
		}
		synctest.Wait()
		k.worker.trace()
		_, err = k.ResetOffsets(t.Context(), "c")
		must(t, err)
		equal(t, k.worker.trace(), "reset sink")
	}, func(k *kit, _ *Options) { k.worker.sink = true })
}

func TestTopics_AreTrackedUntilReset(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		k.TopicUsed(connectors.TaskID{Connector: "c", Task: 0}, "t2")
		k.TopicUsed(connectors.TaskID{Connector: "c", Task: 0}, "t1")
		k.TopicUsed(connectors.TaskID{Connector: "c", Task: 7}, "none") // of a task that is not here
		synctest.Wait()
		topics, err := k.ActiveTopics(t.Context(), "c")
		must(t, err)
		if len(topics) != 2 || topics[0] != "t1" || topics[1] != "t2" {
			t.Errorf("%v", topics)
		}
		must(t, k.ResetActiveTopics(t.Context(), "c"))
		if topics, _ = k.ActiveTopics(t.Context(), "c"); len(topics) != 0 {
			t.Errorf("%v", topics)
		}
		k.TopicUsed(connectors.TaskID{Connector: "c", Task: 0}, "t1")
		synctest.Wait()
		must(t, k.DeleteConnector(t.Context(), "c"))
		synctest.Wait()
		if topics, _ = k.ActiveTopics(t.Context(), "c"); len(topics) != 0 {
			t.Errorf("a deleted connector uses %v", topics)
		}
	})
}

// The config topic is read before the worker joins, and others write to it meanwhile.
func TestStart_ConfigsChangeBeforeItJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t)
		must(t, k.configs.write(store.ConnectorRecord("c", conf("name", "c"))))
		k.ConfigsChanged([]store.ConfigChange{store.ConnectorPut{Connector: "c", New: true}})
		k.start()
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
		if err := k.end(); err != nil {
			t.Error(err)
		}
	})
}

// A task that takes its time to stop holds up no other of its connector, whose place may be elsewhere by then.
func TestStop_SlowTaskHoldsUpNoOther(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "3")
		free := k.worker.block("stop c-1")
		defer free()
		restarted := make(chan error, 1)
		go func() { restarted <- k.RestartTask(t.Context(), connectors.TaskID{Connector: "c", Task: 1}) }()
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c-1")
		k.member.lose()
		synctest.Wait()
		equal(t, k.worker.running(), "c-1")
		free()
		synctest.Wait()
		equal(t, k.worker.running(), "")
		must(t, <-restarted)
	})
}

// A write that brokers do not answer holds up neither the tasks' end nor the worker's, and whoever waits for it is told.
func TestStop_WriteThatWaitsHoldsUpNothing(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		k.configs.away = true
		put := make(chan error, 1)
		go func() {
			_, _, err := k.PutConnector(t.Context(), "d", conf("name", "d"), "", false)
			put <- err
		}()
		synctest.Wait()
		began := time.Now()
		must(t, k.end())
		refused(t, <-put, 500, "Worker is shutting down")
		equal(t, k.worker.running(), "")
		if took := time.Since(began); took > 0 {
			t.Errorf("it waited for %v", took)
		}
	})
}
