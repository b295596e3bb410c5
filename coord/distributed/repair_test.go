package distributed

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/store"
)

// A status that a late writer put over this worker's is put right; a later generation's is left alone.
func TestStatuses_ArePutRight(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		zombie := store.Status{ID: connectors.TaskID{Connector: "c", Task: connectors.ConnectorTask}, State: connectors.Unassigned, WorkerID: "z:8083", Generation: 1}
		k.statuses.Put(zombie)
		equal(t, k.status("c"), "UNASSIGNED 0:RUNNING")
		pass(time.Minute)
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
		zombie.Generation = 1000
		k.statuses.Put(zombie)
		pass(time.Minute)
		equal(t, k.status("c"), "UNASSIGNED 0:RUNNING")
	})
}

// The leader forgets the statuses of what is not configured.
func TestStatuses_OfDeletedWorkAreForgotten(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		for _, id := range []connectors.TaskID{{Connector: "gone", Task: connectors.ConnectorTask}, {Connector: "gone"}, {Connector: "c", Task: 5}} {
			k.statuses.Put(store.Status{ID: id, State: connectors.Running, WorkerID: "z:8083"})
		}
		pass(time.Minute)
		equal(t, k.status("gone"), "No status found for connector gone")
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
	})
}

// Incomplete task configs do not run; the connector makes them anew.
func TestTasks_IncompleteSetIsMadeAnew(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		must(t, k.configs.write(store.TaskRecord(connectors.TaskID{Connector: "c", Task: 1}, map[string]string{"n": "1"}), store.CommitRecord("c", 2)))
		synctest.Wait()
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
		if k.configs.Configs().Inconsistent("c") {
			t.Error("it is still incomplete")
		}
	})
}

// Task configs whose writer died before their commit are written again by who starts the connector next.
func TestTasks_HalfWrittenSetIsFinished(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		must(t, k.configs.write(store.TaskRecord(connectors.TaskID{Connector: "c", Task: 1}, map[string]string{"n": "1", "x": ""})))
		if !k.configs.Configs().Uncommitted("c") {
			t.Fatal("it is finished")
		}
		must(t, k.RestartConnector(t.Context(), "c"))
		synctest.Wait()
		if k.configs.Configs().Uncommitted("c") {
			t.Error("it is not finished")
		}
		equal(t, k.worker.trace(), "stop c, start c, configs c") // the tasks are the same and go on
	})
}

// Task configs that a leader of the past wrote behind the commit of its successor are followed by a whole set.
func TestTasks_ConfigsBehindTheCommit(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		must(t, k.configs.write(store.TaskRecord(connectors.TaskID{Connector: "c", Task: 1}, map[string]string{"n": "of the past"})))
		pass(2 * k.o.HeartbeatInterval)
		if k.configs.Configs().Uncommitted("c") {
			t.Error("the set is not whole")
		}
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
	})
}

// Tasks that somebody took away come back, unless the connector was stopped.
func TestTasks_TakenAwayComeBack(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		must(t, k.configs.PutTaskConfigs(t.Context(), "c", nil))
		synctest.Wait()
		equal(t, k.worker.running(), "c")
		pass(2 * recheckAfter)
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
	})
}

// A stopped connector that somebody gave tasks loses them.
func TestTasks_OfStoppedConnectorsAreTakenAway(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		must(t, k.StopConnector(t.Context(), "c"))
		must(t, k.configs.write(tasksRecords("c", []map[string]string{{"n": "0"}})...))
		pass(time.Minute)
		if n := k.configs.Configs().TaskCount("c"); n != 0 {
			t.Errorf("%d tasks are left", n)
		}
		equal(t, k.status("c"), "STOPPED")
	})
}
