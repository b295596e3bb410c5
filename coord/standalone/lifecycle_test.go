package standalone

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

func TestPut_CreatesStartsAndAnswersWithTasks(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		created, info, err := k.PutConnector(t.Context(), "c", conf("tasks", "2"), "", false)
		must(t, err)
		equal(t, jsonText(t, info), `{"Name":"c","Config":{"connector.class":"FileSource","tasks":"2"},"Tasks":[{"Connector":"c","Task":0},{"Connector":"c","Task":1}],"Kind":"source"}`)
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
		if !created {
			t.Error("not created")
		}
		equal(t, k.worker.trace(), "validate , start c, configs c, start c-0, start c-1")
		equal(t, k.worker.running(), "c RUNNING, c-0 RUNNING, c-1 RUNNING")
		s, err := k.ConnectorStatus(t.Context(), "c")
		must(t, err)
		if s.Connector.WorkerID != workerID || *s.Connector.Version != "4.3.1" || *s.Tasks[1].Version != "4.3.1" || s.Kind != connectors.KindSource {
			t.Errorf("%+v", s)
		}
	})
}

func TestPut_Refusals(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		_, _, err := k.PutConnector(t.Context(), "c", conf(), "", false)
		refused(t, err, 409, "Connector c already exists")
		_, _, err = k.PutConnector(t.Context(), "d", conf("fault", "x is wrong"), "", false)
		refused(t, err, 400, "Connector configuration is invalid and contains the following 1 error(s):\nx is wrong\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`")
		k.worker.setPlugin(failing("validate", &connectors.Error{Class: "org.apache.kafka.connect.runtime.rest.errors.BadRequestException", Text: "no type"}))
		_, _, err = k.PutConnector(t.Context(), "d", conf(), "", false)
		refused(t, err, 400, "no type")
		_, err = k.Validate(t.Context(), conf())
		refused(t, err, 500, "org.apache.kafka.connect.runtime.rest.errors.BadRequestException: no type")
		names, err := k.Connectors(t.Context())
		must(t, err)
		equal(t, jsonText(t, names), `["c"]`)
	})
}

func TestPut_ReplacesTasksOnlyWhenSomethingChanged(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		put := func(pairs ...string) {
			t.Helper()
			created, _, err := k.PutConnector(t.Context(), "c", conf(append([]string{"name", "c"}, pairs...)...), "", true)
			if err != nil || created {
				t.Fatal(created, err)
			}
			synctest.Wait()
		}
		put("tasks", "2")
		equal(t, k.worker.trace(), "validate c, stop c, start c, configs c")
		put("tasks", "1")
		equal(t, k.worker.trace(), "validate c, stop c, start c, configs c, stop c-0+c-1, start c-0")
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
	})
}

// What config providers answer belongs to the config that tasks were made of.
func TestPut_ReplacesTasksWhenAVariableChanged(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.worker.resolved["${p:k}"] = "1"
		k.create("c", "secret", "${p:k}")
		must(t, k.RestartConnector(t.Context(), "c"))
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c, start c, configs c")
		k.worker.resolved["${p:k}"] = "2"
		must(t, k.RestartConnector(t.Context(), "c"))
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c, start c, configs c, stop c-0, start c-0")
		infos, err := k.TaskInfos(t.Context(), "c")
		must(t, err)
		equal(t, infos[0].Config["secret"], "${p:k}")
	})
}

func TestPut_InitialStates(t *testing.T) {
	for target, want := range map[connectors.TargetState]string{connectors.TargetPaused: "PAUSED", connectors.TargetStopped: "STOPPED"} {
		run(t, func(t *testing.T, k *kit) {
			_, info, err := k.PutConnector(t.Context(), "c", conf(), target, false)
			must(t, err)
			if len(info.Tasks) != 0 {
				t.Error(info.Tasks)
			}
			equal(t, k.status("c"), want)
			_, _, err = k.PutConnector(t.Context(), "c", conf("x", "y"), "", true)
			must(t, err)
			equal(t, k.status("c"), want)
			must(t, k.ResumeConnector(t.Context(), "c"))
			equal(t, k.status("c"), "RUNNING 0:RUNNING")
		})
	}
}

func TestStates_PauseResumeStop(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		must(t, k.PauseConnector(t.Context(), "c"))
		equal(t, k.status("c"), "PAUSED 0:PAUSED 1:PAUSED")
		must(t, k.PauseConnector(t.Context(), "c"))
		must(t, k.ResumeConnector(t.Context(), "c"))
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
		k.worker.trace()
		must(t, k.StopConnector(t.Context(), "c"))
		must(t, k.StopConnector(t.Context(), "c"))
		equal(t, k.status("c"), "STOPPED")
		equal(t, k.worker.trace(), "stop c-0+c-1, stopped c")
		infos, err := k.TaskInfos(t.Context(), "c")
		must(t, err)
		equal(t, jsonText(t, infos), "[]")
		must(t, k.PauseConnector(t.Context(), "c"))
		equal(t, k.status("c"), "PAUSED")
		must(t, k.ResumeConnector(t.Context(), "c"))
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
	})
}

// A target state may be overtaken by the next before the instance sees it.
func TestStates_StopAndResumeAtOnce(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		for range 3 {
			must(t, k.StopConnector(t.Context(), "c"))
			must(t, k.ResumeConnector(t.Context(), "c"))
		}
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
	})
}

func TestDelete_LeavesNothing(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		k.TopicUsed(connectors.TaskID{Connector: "c"}, "t")
		must(t, k.DeleteConnector(t.Context(), "c"))
		equal(t, k.worker.trace(), "stop c-0+c-1, stop c")
		k.TopicUsed(connectors.TaskID{Connector: "c"}, "late")
		equal(t, k.status("c"), "No status found for connector c")
		_, err := k.TaskStatus(t.Context(), connectors.TaskID{Connector: "c"})
		refused(t, err, 404, "No status found for task c-0")
		refused(t, k.DeleteConnector(t.Context(), "c"), 404, "Connector c not found")
		k.create("c")
		topics, err := k.ActiveTopics(t.Context(), "c")
		must(t, err)
		equal(t, jsonText(t, topics), "[]")
		if n := len(k.machine.slots); n != 1 {
			t.Errorf("%d slots", n)
		}
	})
}

func TestPatch_MergesIntoWhatIsThere(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "a", "1", "b", "2")
		three := "3"
		info, err := k.PatchConnector(t.Context(), "c", map[string]*string{"a": &three, "b": nil, "none": nil})
		must(t, err)
		equal(t, jsonText(t, info.Config), `{"a":"3","connector.class":"FileSource","name":"c","tasks":"1"}`)
		_, err = k.PatchConnector(t.Context(), "d", nil)
		refused(t, err, 404, "Connector d not found")
		fault := "bad"
		_, err = k.PatchConnector(t.Context(), "c", map[string]*string{"fault": &fault})
		if err == nil {
			t.Error("patched to an invalid config")
		}
		config, err := k.ConnectorConfig(t.Context(), "c")
		must(t, err)
		equal(t, config["fault"], "")
	})
}

func TestRestart_Forms(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		restart := func(r coord.RestartRequest) string {
			t.Helper()
			r.Connector = "c"
			s, err := k.Restart(t.Context(), r)
			must(t, err)
			synctest.Wait()
			// A connector that runs is asked for configs while its tasks are started.
			return short(s) + "; " + strings.Replace(k.worker.trace(), ", configs c", "", 1)
		}
		must(t, k.RestartConnector(t.Context(), "c"))
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c, start c, configs c")
		equal(t, restart(coord.RestartRequest{IncludeTasks: true}), "RESTARTING 0:RESTARTING 1:RESTARTING; "+
			"stop c, stop c-0+c-1, start c, start c-0, start c-1")
		equal(t, restart(coord.RestartRequest{OnlyFailed: true, IncludeTasks: true}), "RUNNING 0:RUNNING 1:RUNNING; ")
		k.worker.setPlugin(failing("run c-1", errors.New("broken")))
		must(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c", Task: 1}))
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:FAILED")
		k.worker.trace()
		equal(t, restart(coord.RestartRequest{OnlyFailed: true}), "RUNNING 0:RUNNING 1:FAILED; ")
		k.worker.setPlugin(nil)
		equal(t, restart(coord.RestartRequest{OnlyFailed: true, IncludeTasks: true}), "RUNNING 0:RUNNING 1:RESTARTING; stop c-1, start c-1")
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")

		refused(t, k.RestartConnector(t.Context(), "x"), 404, "Connector x not found")
		refused(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "x"}), 404, "Connector x not found")
		refused(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c", Task: 2}), 404, "Task c-2 not found")
		refused(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c", Task: -1}), 404, "Task c--1 not found")
		_, err := k.Restart(t.Context(), coord.RestartRequest{Connector: "x"})
		refused(t, err, 404, "Unknown connector: x")
	})
}

func TestUnknownConnector_Texts(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		refused(t, k.PauseConnector(t.Context(), "x"), 404, "Unknown connector x")
		refused(t, k.ResumeConnector(t.Context(), "x"), 404, "Unknown connector x")
		refused(t, k.StopConnector(t.Context(), "x"), 500, "No connector `x` configured")
		_, err := k.ConnectorInfo(t.Context(), "x")
		refused(t, err, 404, "Connector x not found")
		_, err = k.TaskInfos(t.Context(), "x")
		refused(t, err, 404, "Connector x not found")
		_, err = k.PluginConfig("x", "")
		refused(t, err, 404, "Unknown plugin x.")
		refused(t, k.PutTaskConfigs(t.Context(), "x", nil, coord.Signature{}), 500, "Kafka Connect in standalone mode does not support externally setting task configurations.")
		refused(t, k.FenceZombies(t.Context(), "x", coord.Signature{}), 500, "Kafka Connect in standalone mode does not support exactly-once source connectors.")
		topics, err := k.ActiveTopics(t.Context(), "x")
		must(t, err)
		equal(t, jsonText(t, topics), "[]")
		must(t, k.ResetActiveTopics(t.Context(), "x"))
		id, err := k.KafkaClusterID(t.Context())
		must(t, err)
		equal(t, id, "cluster")
		if len(k.Plugins()) != 1 {
			t.Error("without plugins")
		}
	})
}

func TestTopics_UsedAndReset(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		for _, topic := range []string{"b", "a", "b"} {
			k.TopicUsed(connectors.TaskID{Connector: "c"}, topic)
		}
		topics, err := k.ActiveTopics(t.Context(), "c")
		must(t, err)
		equal(t, jsonText(t, topics), `["a","b"]`)
		must(t, k.ResetActiveTopics(t.Context(), "c"))
		topics, err = k.ActiveTopics(t.Context(), "c")
		must(t, err)
		equal(t, jsonText(t, topics), "[]")
		k.TopicUsed(connectors.TaskID{Connector: "c"}, "b")
		topics, err = k.ActiveTopics(t.Context(), "c")
		must(t, err)
		equal(t, jsonText(t, topics), `["b"]`)
	})
}

func TestTasks_KnowHowManyThereAre(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "3")
		must(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c", Task: 1}))
		for n := range 3 {
			if got := k.worker.tasks[connectors.TaskID{Connector: "c", Task: n}].count; got != 3 {
				t.Errorf("task %d was started as one of %d", n, got)
			}
		}
	})
}
