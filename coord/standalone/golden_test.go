package standalone

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// recorded is what a Java worker answered: by case, the status and the body.
func recorded(t *testing.T, file string) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../e2e/testdata/rest/" + file + ".java-4.3.1.golden")
	must(t, err)
	out := map[string]string{}
	for block := range strings.SplitSeq("\n"+string(data), "\n== ") {
		name, rest, _ := strings.Cut(block, "\n")
		head, _, _ := strings.Cut(rest, "\n")
		status, _, _ := strings.Cut(head, " ")
		var body strings.Builder
		for line := range strings.Lines(rest) {
			if text, ok := strings.CutPrefix(line, "| "); ok {
				body.WriteString(text)
			}
		}
		out[name] = status + " " + canonical(t, body.String())
	}
	return out
}

// canonical is JSON with its members sorted and without white space.
func canonical(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	text = strings.NewReplacer("${worker}", workerID, "${dir}/", "", "-${run}", "").Replace(text)
	var v any
	must(t, json.Unmarshal([]byte(text), &v))
	return jsonText(t, v)
}

// failure is an error as the REST API shows it.
func failure(t *testing.T, err error) string {
	t.Helper()
	var r *coord.RequestError
	if !errors.As(err, &r) {
		t.Fatalf("%v is for no client", err)
	}
	return jsonText(t, r.Status) + " " + jsonText(t, map[string]any{"error_code": r.Status, "message": r.Text})
}

// shown is a body as the REST API shows it, with a status in front.
func shown(t *testing.T, status string, body any) string {
	t.Helper()
	switch b := body.(type) {
	case *coord.ConnectorInfo:
		tasks := []any{}
		for _, id := range b.Tasks {
			tasks = append(tasks, map[string]any{"connector": id.Connector, "task": id.Task})
		}
		body = map[string]any{"name": b.Name, "config": b.Config, "tasks": tasks, "type": b.Kind}
	case *coord.ConnectorStatus:
		tasks := []any{}
		for _, task := range b.Tasks {
			m := instanceMap(task.InstanceStatus)
			m["id"] = task.ID
			tasks = append(tasks, m)
		}
		body = map[string]any{"name": b.Name, "connector": instanceMap(b.Connector), "tasks": tasks, "type": b.Kind}
	case *coord.TaskStatus:
		m := instanceMap(b.InstanceStatus)
		m["id"] = b.ID
		body = m
	}
	return status + " " + jsonText(t, body)
}

func instanceMap(s coord.InstanceStatus) map[string]any {
	m := map[string]any{"state": s.State, "worker_id": s.WorkerID, "version": s.Version}
	if s.Trace != "" {
		m["trace"] = "<trace>"
	}
	return m
}

// The lists of states, restarts and refusals answer as the original did.
func TestGolden_States(t *testing.T) {
	want := recorded(t, "40-states")
	run(t, func(t *testing.T, k *kit) {
		check := func(name string, err error, status string, body any) {
			t.Helper()
			synctest.Wait()
			got := status + " "
			switch {
			case err != nil:
				got = failure(t, err)
			case body != nil:
				got = shown(t, status, body)
			}
			if want[name] == "" || got != want[name] {
				t.Errorf("%s\ngot  %s\nwant %s", name, got, want[name])
			}
		}
		status := func(name, connector string) {
			t.Helper()
			synctest.Wait()
			s, err := k.ConnectorStatus(t.Context(), connector)
			check(name, err, "200", s)
		}
		restart := func(name string, r coord.RestartRequest) {
			t.Helper()
			s, err := k.Restart(t.Context(), r)
			check(name, err, "202", s)
		}
		create := func(name, connector string, initial connectors.TargetState) {
			t.Helper()
			config := map[string]string{"name": connector, "connector.class": "FileStreamSource", "file": "in.txt", "topic": "s"}
			_, info, err := k.PutConnector(t.Context(), connector, config, initial, false)
			check(name, err, "201", info)
		}
		create("create running by its word", "st", connectors.TargetStarted)
		check("pause", k.PauseConnector(t.Context(), "st"), "202", nil)
		status("status paused", "st")
		check("pause again", k.PauseConnector(t.Context(), "st"), "202", nil)
		check("restart a paused connector", k.RestartConnector(t.Context(), "st"), "204", nil)
		status("status after restart when paused", "st")
		restart("restart all of a paused connector", coord.RestartRequest{Connector: "st", IncludeTasks: true})
		status("status after restart of all when paused", "st")
		check("resume", k.ResumeConnector(t.Context(), "st"), "202", nil)
		status("status resumed", "st")
		check("stop", k.StopConnector(t.Context(), "st"), "204", nil)
		status("status stopped", "st")
		info, err := k.ConnectorInfo(t.Context(), "st")
		check("info stopped", err, "200", info)
		check("restart when stopped", k.RestartConnector(t.Context(), "st"), "204", nil)
		check("restart a task when stopped", k.RestartTask(t.Context(), connectors.TaskID{Connector: "st"}), "204", nil)
		check("pause when stopped", k.PauseConnector(t.Context(), "st"), "202", nil)
		check("resume from stopped", k.ResumeConnector(t.Context(), "st"), "202", nil)
		status("status running again", "st")
		check("restart plainly", k.RestartConnector(t.Context(), "st"), "204", nil)
		restart("restart with tasks", coord.RestartRequest{Connector: "st", IncludeTasks: true})
		restart("restart only what failed", coord.RestartRequest{Connector: "st", OnlyFailed: true})
		restart("restart only failed tasks", coord.RestartRequest{Connector: "st", OnlyFailed: true, IncludeTasks: true})
		check("restart the task", k.RestartTask(t.Context(), connectors.TaskID{Connector: "st"}), "204", nil)
		check("restart a task that is not there", k.RestartTask(t.Context(), connectors.TaskID{Connector: "st", Task: 9}), "204", nil)
		restart("restart all of nobody", coord.RestartRequest{Connector: "none", IncludeTasks: true})
		check("pause nobody", k.PauseConnector(t.Context(), "none"), "202", nil)
		check("resume nobody", k.ResumeConnector(t.Context(), "none"), "202", nil)
		check("stop nobody", k.StopConnector(t.Context(), "none"), "204", nil)
		check("delete when paused", k.DeleteConnector(t.Context(), "st"), "204", nil)

		create("create paused", "sp", connectors.TargetPaused)
		status("status created paused", "sp")
		check("resume what was created paused", k.ResumeConnector(t.Context(), "sp"), "202", nil)
		status("status of what was created paused", "sp")
		create("create stopped", "ss", connectors.TargetStopped)
		status("status created stopped", "ss")

		k.worker.setPlugin(failing("run sf-0", errors.New("no such folder")))
		config := map[string]string{"name": "sf", "connector.class": "FileStreamSink", "file": "no/such/folder/out.txt", "topics": "s"}
		_, info, err = k.PutConnector(t.Context(), "sf", config, "", false)
		check("create a sink whose task fails", err, "201", info)
		status("status failed", "sf")
		task, err := k.TaskStatus(t.Context(), connectors.TaskID{Connector: "sf"})
		check("task status failed", err, "200", task)
		restart("restart failed tasks", coord.RestartRequest{Connector: "sf", IncludeTasks: true, OnlyFailed: true})
		status("status failed again", "sf")
		check("pause a failed one", k.PauseConnector(t.Context(), "sf"), "202", nil)
		status("status failed and paused", "sf")
	})
}
