package distributed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

// fakeFencer notes what is fenced.
type fakeFencer struct {
	mu    sync.Mutex
	calls []string
	err   error
	wait  chan struct{} // nil: it does not
}

func (f *fakeFencer) FenceZombies(ctx context.Context, connector string, _ map[string]string, n int) error {
	f.mu.Lock()
	f.calls = append(f.calls, fmt.Sprintf("%s %d", connector, n))
	err, wait := f.err, f.wait
	f.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
		}
	}
	return err
}

func (f *fakeFencer) trace() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := fmt.Sprint(f.calls)
	f.calls = nil
	return out
}

// fenced runs a test whose worker fences with f.
func fenced(t *testing.T, do func(t *testing.T, k *kit, f *fakeFencer)) {
	t.Helper()
	f := &fakeFencer{}
	run(t, func(t *testing.T, k *kit) { do(t, k, f) }, func(_ *kit, o *Options) { o.Fencer, o.ExactlyOnce, o.Transactional = f, true, true })
}

var task0 = connectors.TaskID{Connector: "c"}

func (k *kit) recorded() int {
	n, ok := k.configs.Configs().TaskCountRecord("c")
	if !ok {
		return -1
	}
	return n
}

// The first generation has none before it; each later one waits until the last was fenced, once.
func TestFence_EachGenerationOnce(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, f *fakeFencer) {
		k.create("c", "tasks", "2")
		must(t, k.Fence(t.Context(), task0))
		equal(t, f.trace(), "[]")
		equal(t, fmt.Sprint(k.recorded()), "2")
		must(t, k.Fence(t.Context(), task0))
		equal(t, f.trace(), "[]")

		must(t, k.configs.write(tasksRecords("c", []map[string]string{{"n": "0", "x": "new"}})...))
		synctest.Wait()
		f.wait = make(chan struct{})
		errs := make(chan error)
		for range 3 {
			go func() { errs <- k.Fence(t.Context(), task0) }()
		}
		synctest.Wait()
		equal(t, f.trace(), "[c 2]") // the others wait for this one
		close(f.wait)
		for range 3 {
			must(t, <-errs)
		}
		equal(t, f.trace(), "[]")
		equal(t, fmt.Sprint(k.recorded()), "1")

		must(t, k.configs.write(tasksRecords("c", []map[string]string{{"n": "0", "x": "newer"}})...))
		synctest.Wait()
		must(t, k.Fence(t.Context(), task0)) // one task fences the one before by itself
		equal(t, f.trace(), "[]")
		if k.configs.Configs().PendingFencing("c") {
			t.Error("there is no record of the newest tasks")
		}
	})
}

// What was generated while the last generation was being fenced is not stood for.
func TestFence_NewTasksMeanwhile(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, f *fakeFencer) {
		k.create("c", "tasks", "2")
		must(t, k.Fence(t.Context(), task0))
		must(t, k.configs.write(tasksRecords("c", []map[string]string{{"x": "1"}, {"x": "1"}, {"x": "1"}})...))
		f.wait = make(chan struct{})
		err := make(chan error)
		go func() { err <- k.Fence(t.Context(), task0) }()
		synctest.Wait()
		must(t, k.configs.write(tasksRecords("c", []map[string]string{{"x": "2"}, {"x": "2"}, {"x": "2"}, {"x": "2"}})...))
		synctest.Wait()
		close(f.wait)
		equal(t, (<-err).Error(), "Fencing failed because new task configurations were generated for the connector")
		equal(t, fmt.Sprint(k.recorded()), "2")
		equal(t, f.trace(), "[c 2]")
	})
}

func TestFence_Fails(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, f *fakeFencer) {
		k.create("c", "tasks", "2")
		must(t, k.Fence(t.Context(), task0))
		must(t, k.configs.write(tasksRecords("c", []map[string]string{{"x": "1"}, {"x": "1"}, {"x": "1"}})...))
		f.err = errors.New("refused")
		equal(t, k.Fence(t.Context(), task0).Error(), "Failed to perform zombie fencing")
		equal(t, fmt.Sprint(k.recorded()), "2")
		f.err = nil
		must(t, k.Fence(t.Context(), task0))
		equal(t, fmt.Sprint(k.recorded()), "3")
		equal(t, k.Fence(t.Context(), connectors.TaskID{Connector: "gone"}).Error(), "Connector gone not found")
	})
}

// A worker that does not lead asks the leader, and signs for it.
func TestFence_IsForwarded(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, f *fakeFencer) {
		k.create("c", "tasks", "2")
		k.member.mu.Lock()
		k.member.leader, k.member.url = "other", "http://o:8083/"
		k.member.mu.Unlock()
		k.member.Rejoin("another leads")
		synctest.Wait()
		must(t, k.Fence(t.Context(), task0))
		equal(t, fmt.Sprint(k.peers.sent), "[fence c http://o:8083/]")
		var elsewhere *coord.ElsewhereError
		if err := k.FenceZombies(t.Context(), "c", k.peers.by); !errors.As(err, &elsewhere) {
			t.Error(err)
		}
		equal(t, f.trace(), "[]")
	})
}

// Another worker's request counts if it is signed.
func TestFenceZombies_IsSigned(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, _ *fakeFencer) {
		k.create("c", "tasks", "2")
		var refused *coord.RequestError
		if err := k.FenceZombies(t.Context(), "c", coord.Signature{}); !errors.As(err, &refused) {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint(k.recorded()), "-1")
		mac, err := k.configs.Configs().SessionKey().Sign("HmacSHA256", nil)
		must(t, err)
		must(t, k.FenceZombies(t.Context(), "c", coord.Signature{Algorithm: "HmacSHA256", MAC: mac, Present: true}))
		equal(t, fmt.Sprint(k.recorded()), "2")
	})
}

func TestVerify_OldGenerationsAndStrangers(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, _ *fakeFencer) {
		k.create("c", "tasks", "2")
		must(t, k.Verify(t.Context(), task0))
		equal(t, k.Verify(t.Context(), connectors.TaskID{Connector: "c", Task: 7}).Error(),
			"Cannot start source task c-7 as it has already been revoked from this worker")
		free := k.worker.block("stop c-0+c-1")
		defer free()
		must(t, k.configs.write(tasksRecords("c", []map[string]string{{"x": "1"}, {"x": "1"}})...))
		synctest.Wait()
		equal(t, k.Verify(t.Context(), task0).Error(),
			"Cannot start source task c-0 with exactly-once support as the connector has already generated a new set of task configs")
		free()
		pass(2 * recheckAfter)
		k.configs.failReads(errors.New("no broker"))
		equal(t, k.Verify(t.Context(), task0).Error(), "Failed to read to end of config topic: no broker")
		k.configs.failReads(nil)
	})
}

// The first task of a new generation takes the transactional ids of the old one, also of tasks whose configs are the same. A commit
// of the same configs is written where nobody knows whether the one before was whole, as after the end of a worker.
func TestCommit_AllTasksStartAnewExactlyOnce(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, _ *fakeFencer) {
		k.create("c", "tasks", "2")
		same := k.configs.Configs().TaskConfigs("c")
		must(t, k.configs.write(tasksRecords("c", same)...))
		synctest.Wait()
		equal(t, k.worker.trace(), "stop c-0+c-1, start c-0, start c-1")
		must(t, k.Verify(t.Context(), task0))

		// One that hears from Verify that it is old has failed before it is stopped.
		free := k.worker.block("stop c-0+c-1")
		defer free()
		must(t, k.configs.write(tasksRecords("c", same)...))
		synctest.Wait()
		if k.Verify(t.Context(), task0) == nil {
			t.Error("an old task may run")
		}
		k.worker.fail(task0)
		free()
		equal(t, k.status("c"), "RUNNING 0:RUNNING 1:RUNNING")
		must(t, k.Verify(t.Context(), task0))
	})
}

// Who is elected claims the right to write before it reads and leads; who lost it claims it again.
func TestClaim(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, _ *fakeFencer) {
		k.create("c")
		equal(t, fmt.Sprint(k.configs.claims), "1")
		k.configs.writeErr = &store.PrivilegedWriteError{Err: errors.New("fenced")}
		k.configs.claimErr = errors.New("no coordinator")
		_, _, err := k.PutConnector(t.Context(), "d", conf("name", "d"), "", false)
		equal(t, err.Error(), "Failed to write to config topic; this may be due to a transient error and the request can be safely retried")
		pass(4 * claimRetry)
		if n := k.configs.claims; n < 4 {
			t.Errorf("it claimed the right %d times", n)
		}
		k.configs.mu.Lock()
		k.configs.claimErr, k.configs.writeErr = nil, nil
		k.configs.mu.Unlock()
		pass(4 * claimRetry)
		n := k.configs.claims
		pass(time.Minute)
		equal(t, fmt.Sprint(k.configs.claims), fmt.Sprint(n))
		k.create("d")
	})
}

// Before the offsets of a stopped source are changed, its tasks are fenced: one that still runs could commit over them.
func TestFence_BeforeOffsetsChange(t *testing.T) {
	fenced(t, func(t *testing.T, k *kit, f *fakeFencer) {
		k.create("c", "tasks", "2")
		must(t, k.Fence(t.Context(), task0))
		must(t, k.StopConnector(t.Context(), "c"))
		synctest.Wait()
		f.err = errors.New("refused")
		_, err := k.ResetOffsets(t.Context(), "c")
		equal(t, err.Error(), "Failed to perform zombie fencing for source connector prior to modifying offsets")
		f.err = nil
		_, err = k.ResetOffsets(t.Context(), "c")
		must(t, err)
		equal(t, f.trace(), "[c 2 c 2]")
		equal(t, fmt.Sprint(k.recorded()), "0")
	})
}
