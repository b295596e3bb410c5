package distributed

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
)

const leaderURL = "http://leader:8083/"

// What only the leader may do is sent to it; the texts are Java's.
func TestFollower_SendsRequestsToTheLeader(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		must(t, k.StopConnector(t.Context(), "c"))
		k.member.owned = func(assign.Work) assign.Work { return assign.Work{} }
		k.member.lead("other", leaderURL)
		_, _, err := k.PutConnector(t.Context(), "d", conf(), "", false)
		elsewhere(t, err, leaderURL, "Only the leader can set connector configs.")
		_, err = k.PatchConnector(t.Context(), "c", nil)
		elsewhere(t, err, leaderURL, "Only the leader can set connector configs.")
		elsewhere(t, k.DeleteConnector(t.Context(), "c"), leaderURL, "Only the leader can delete connector configs.")
		elsewhere(t, k.StopConnector(t.Context(), "c"), leaderURL, "Only the leader can transition connectors to the STOPPED state.")
		elsewhere(t, k.RestartConnector(t.Context(), "c"), leaderURL, "Only the leader can process restart requests.")
		_, err = k.Restart(t.Context(), coord.RestartRequest{Connector: "c"})
		elsewhere(t, err, leaderURL, "Only the leader can process restart requests.")
		_, err = k.ResetOffsets(t.Context(), "c")
		elsewhere(t, err, leaderURL, "Only the leader can process external offsets modification requests")

		// These are everybody's.
		must(t, k.ResumeConnector(t.Context(), "c"))
		must(t, k.PauseConnector(t.Context(), "c"))
		if names, err := k.Connectors(t.Context()); err != nil || !slices.Equal(names, []string{"c"}) {
			t.Errorf("%v %v", names, err)
		}
	})
}

func TestLeader_SendsRestartsToTheOwner(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		k.member.owned = func(assign.Work) assign.Work { return assign.Work{} }
		k.member.Rejoin("nothing is this worker's")
		synctest.Wait()
		elsewhere(t, k.RestartConnector(t.Context(), "c"), "", "Cannot restart connector since it is not assigned to this member")
		elsewhere(t, k.RestartTask(t.Context(), connectors.TaskID{Connector: "c"}), "", "Cannot restart task since it is not assigned to this member")
	})
}

// A follower's connector hands its task configs to the leader, signed, until it takes them.
func TestFollower_HandsTaskConfigsOver(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.peers.fail(&coord.RequestError{Status: 409, Text: "not now"})
		k.member.lead("other", leaderURL)
		must(t, k.configs.PutConnector(t.Context(), "c", conf("tasks", "2"), ""))
		synctest.Wait()
		want := leaderURL + " c ||"
		if sent := k.peers.take(); !slices.Equal(sent, []string{want}) {
			t.Errorf("%v", sent)
		}
		pass(publishFirst)
		if sent := k.peers.take(); !slices.Equal(sent, []string{want}) {
			t.Errorf("%v", sent)
		}
		k.peers.fail(nil)
		pass(2 * publishFirst)
		if sent := k.peers.take(); !slices.Equal(sent, []string{want}) {
			t.Errorf("%v", sent)
		}
		if !k.configs.Configs().SessionKey().Valid("HmacSHA256", []byte("body"), k.peers.by.MAC) {
			t.Error("the signature is wrong")
		}
		pass(publishMax)
		if sent := k.peers.take(); len(sent) > 0 {
			t.Errorf("again: %v", sent)
		}
	})
}

func TestPutTaskConfigs_IsVerified(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		body, tasks := []byte("[]"), []map[string]string{{"n": "0", "x": "y"}}
		sign := func(algorithm string, key *group.SessionKey) coord.Signature {
			mac, err := key.Sign(algorithm, body)
			must(t, err)
			return coord.Signature{Body: body, Algorithm: algorithm, MAC: mac, Present: true}
		}
		key := k.configs.Configs().SessionKey()
		wrong := *key
		wrong.Key = []byte("another")
		refused(t, k.PutTaskConfigs(t.Context(), "c", tasks, coord.Signature{}), 400, "Internal request missing required signature")
		refused(t, k.PutTaskConfigs(t.Context(), "c", tasks, sign("HmacSHA256", &wrong)), 403, "Internal request contained invalid signature.")
		refused(t, k.PutTaskConfigs(t.Context(), "d", tasks, sign("HmacSHA256", key)), 404, "Connector d not found")
		var r *coord.RequestError
		if err := k.PutTaskConfigs(t.Context(), "c", tasks, sign("HmacSHA512", key)); !errors.As(err, &r) || r.Status != 400 {
			t.Error(err)
		}
		k.worker.trace()
		must(t, k.PutTaskConfigs(t.Context(), "c", tasks, sign("HmacSHA256", key)))
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c-0, start c-0")

		must(t, k.StopConnector(t.Context(), "c"))
		refused(t, k.PutTaskConfigs(t.Context(), "c", tasks, sign("HmacSHA256", key)), 400, "Cannot submit non-empty set of task configs for stopped connector c")
		k.member.lead("other", leaderURL)
		elsewhere(t, k.PutTaskConfigs(t.Context(), "c", tasks, sign("HmacSHA256", key)), leaderURL, "Only the leader may write task configurations.")
		elsewhere(t, k.FenceZombies(t.Context(), "c", sign("HmacSHA256", key)), leaderURL, "Only the leader may perform zombie fencing.")
	})
}

func TestFenceZombies_SaysWhyNot(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		key := k.configs.Configs().SessionKey()
		mac, _ := key.Sign("HmacSHA256", nil)
		by := coord.Signature{Algorithm: "HmacSHA256", MAC: mac, Present: true}
		refused(t, k.FenceZombies(t.Context(), "d", by), 404, "Connector d not found")
		if err := k.FenceZombies(t.Context(), "c", by); err == nil || !strings.Contains(err.Error(), "cannot fence producers") {
			t.Error(err)
		}
	})
}

// A key that was made before the clock was put back by hours serves no longer than others do.
func TestSessionKey_ClockThatIsPutBack(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		ahead, err := k.o.Keys.New(time.Now().Add(5 * time.Hour))
		must(t, err)
		must(t, k.configs.PutSessionKey(t.Context(), ahead))
		synctest.Wait()
		first := k.configs.Configs().SessionKey()
		pass(59 * time.Minute)
		k.member.Rejoin("it makes no difference")
		synctest.Wait()
		if k.configs.Configs().SessionKey() != first {
			t.Error("it was replaced too early")
		}
		pass(2 * time.Minute)
		if second := k.configs.Configs().SessionKey(); second == first || time.Since(second.Created) > 2*time.Minute {
			t.Errorf("an hour after it was read it is still that of %v", second.Created)
		}
	})
}

// The leader replaces keys that are too old; others wait for it.
func TestSessionKey_IsReplacedByTheLeader(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		first := k.configs.Configs().SessionKey()
		if first == nil {
			t.Fatal("no key")
		}
		pass(time.Hour - time.Second)
		if k.configs.Configs().SessionKey() != first {
			t.Error("the key was replaced too early")
		}
		pass(2 * time.Second)
		second := k.configs.Configs().SessionKey()
		if second == first {
			t.Error("the key is too old")
		}
		k.member.lead("other", leaderURL)
		pass(3 * time.Hour)
		if k.configs.Configs().SessionKey() != second {
			t.Error("a follower replaced the key")
		}
	})
}

// Who loses the coordinator stops its work at once, and gets it back.
func TestLost_StopsAllWork(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		k.member.lose()
		synctest.Wait()
		equal(t, k.worker.running(), "")
		// Readers pass over what a task's worker says of the end in the generation in which it said that it runs, as in Java.
		equal(t, k.status("c"), "UNASSIGNED 0:RUNNING 1:RUNNING")
		k.member.Rejoin("back")
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
	})
}

// What is revoked is stopped before this worker joins again, and the last statuses are written.
func TestRevoked_IsStoppedBeforeTheNextRound(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "2")
		free := k.worker.block("stop c-1")
		k.member.mu.Lock()
		k.member.owned = func(w assign.Work) assign.Work {
			return w.Minus(assign.Work{Tasks: []connectors.TaskID{{Connector: "c", Task: 1}}})
		}
		k.member.mu.Unlock()
		k.member.Rejoin("less")
		synctest.Wait()
		if k.member.said("revoked") {
			t.Error("it rejoined before the task had stopped")
		}
		free()
		synctest.Wait()
		if !k.member.said("revoked") || k.statuses.flushes == 0 {
			t.Error("it did not rejoin")
		}
		equal(t, k.worker.running(), "c c-0")
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:UNASSIGNED")
	})
}

// A worker that cannot read the config topic leaves the group without work, and comes back when it can.
func TestCatchUp_LeavesAndComesBack(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		k.configs.failReads(errFake)
		configs := k.member.ties.Configs
		k.member.ties.Configs = func() group.Configs { // the leader has read more
			c := configs()
			c.Offset++
			return c
		}
		k.member.Rejoin("a round")
		synctest.Wait()
		equal(t, k.worker.running(), "")
		if !k.member.said("left: taking too long to read the log") {
			t.Error("it did not leave")
		}
		k.member.ties.Configs = configs
		k.configs.failReads(nil)
		pass(10 * time.Minute)
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
	})
}

// A plugin that does not return holds nobody up but its own connector, and that can be deleted.
func TestBlockingPlugin_BlocksNobody(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		defer k.worker.block("configs a")()
		defer k.worker.block("validate b")()
		defer k.worker.block("start c-0")()
		_, _, err := k.PutConnector(t.Context(), "a", conf("name", "a"), "", false)
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err = k.PutConnector(ctx, "b", conf("name", "b"), "", false); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		_, _, err = k.PutConnector(t.Context(), "c", conf("name", "c"), "", false)
		must(t, err)
		k.create("d")
		equal(t, k.status("d"), "RUNNING 0:RUNNING")
		equal(t, k.status("a"), "RUNNING")
		health, err := k.Health(t.Context())
		if err != nil || !health.Live {
			t.Errorf("%+v %v", health, err)
		}
		must(t, k.DeleteConnector(t.Context(), "a"))
		equal(t, k.status("a"), "No status found for connector a")
		if !strings.HasPrefix(k.Stage(), "The worker is currently ") {
			t.Error(k.Stage())
		}
	})
}

func TestLoggers_OfTheCluster(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.loggers.Logger("a.b")
		must(t, k.SetClusterLoggerLevel(t.Context(), "a", "DEBUG"))
		synctest.Wait()
		if l, ok := k.loggers.Level("a.b"); !ok || l.Level != "DEBUG" {
			t.Errorf("%+v", l)
		}
	})
}

// Work that its owner ended before it left is named to the group, where that is asked for.
func TestCleanLeave_NamesWhatHasEnded(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "tasks", "4")
		last := int(k.member.View().Generation)
		put := func(task, generation int, state connectors.State) {
			k.statuses.Put(store.Status{ID: connectors.TaskID{Connector: "c", Task: task}, State: state, WorkerID: "z:8083", Generation: generation})
		}
		put(connectors.ConnectorTask, last, connectors.Unassigned)
		put(0, last-1, connectors.Unassigned) // somebody may have begun with it since
		put(1, last, connectors.Running)
		put(2, last, connectors.Running)
		put(2, last, connectors.Unassigned) // by who ran it
		put(3, last-1, connectors.Unassigned)
		w := k.member.ties.Stopped()
		if !slices.Equal(w.Connectors, []string{"c"}) || !slices.Equal(w.Tasks, []connectors.TaskID{{Connector: "c", Task: 2}}) {
			t.Errorf("%v", w)
		}
	}, func(_ *kit, o *Options) { o.CleanLeave = true })
	run(t, func(t *testing.T, k *kit) {
		if k.member.ties.Stopped != nil {
			t.Error("it was not asked for")
		}
	})
}

func TestRun_StopsCleanly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t)
		k.start()
		synctest.Wait()
		k.create("c", "tasks", "2")
		must(t, k.end())
		equal(t, k.worker.running(), "")
		if s := k.statuses.Connector("c"); s.State != connectors.Unassigned || !k.member.left {
			t.Errorf("%+v, left %v", s, k.member.left)
		}
		_, err := k.Connectors(t.Context())
		refused(t, err, 500, "Worker is shutting down")
		if _, err := k.Health(t.Context()); err == nil {
			t.Error("it is healthy")
		}
	})
}

func TestRun_EndsWithWhatWentWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t)
		k.configs.startErr = errFake
		k.start()
		synctest.Wait()
		if err := k.end(); !errors.Is(err, errFake) {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t)
		k.start()
		synctest.Wait()
		k.member.ties.Notify(group.Failed{Err: errFake})
		synctest.Wait()
		if err := k.end(); !errors.Is(err, errFake) {
			t.Error(err)
		}
	})
}

func TestHealth_WaitsForTheFirstRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if h, err := k.Health(ctx); err != nil || h.Ready {
			t.Errorf("%+v %v", h, err)
		}
		k.start()
		if h, err := k.Health(t.Context()); err != nil || !h.Ready || !h.Live {
			t.Errorf("%+v %v", h, err)
		}
		must(t, k.end())
	})
}
