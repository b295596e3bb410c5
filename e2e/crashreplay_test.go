//go:build e2e || soak

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// replayCrashes are points of a replay to the topic, which a rate of letters cuts into several transactions.
var replayCrashes = []crashPoint{{"replay-ledger", 1}, {"replay-begun", 2}, {"replay-produced", 1}, {"replay-produced", 2}, {"replay-committed", 2}}

// sinkReplayCrashes are points of a replay to the sink.
var sinkReplayCrashes = []crashPoint{{"replay-put", 2}, {"replay-taken", 2}, {"replay-flushed", 1}, {"replay-flushed", 2}, {"replay-produced", 2}, {"replay-committed", 2}}

// dieReplaying lets a replay to the topic die at a point, and repeats it: each letter comes back once, in its order.
func (s *crashSink) dieReplaying(p crashPoint) {
	t := s.t
	t.Helper()
	s.letters()
	h := newCrashHistory(t, filepath.Join(s.dir, "replay.jsonl"), "eos")
	s.replayTwice(p)
	n := 0
	for offset := range s.produced {
		if crashPoison(offset) {
			h.tell(time.Now(), map[string]any{"type": "emit", "conn": s.name, "sp": "letters", "process": "dead", "seq": n, "topic": s.topic})
			n++
		}
	}
	h.tell(time.Now(), map[string]any{"type": "goal", "conn": s.name, "sp": "letters", "pos": n})
	for _, r := range s.kafka.Consume(s.topic)[0][s.produced:] {
		offset, err := strconv.Atoi(string(r.Key))
		if err != nil || !crashPoison(offset) {
			t.Errorf("%q comes back at %d: %v", r.Key, r.Offset, err)
		}
		h.tell(time.Now(), map[string]any{"type": "read", "tp": s.tp(), "off": r.Offset, "isolation": "read_committed", "conn": s.name, "sp": "letters", "seq": offset / crashPoisonEvery})
	}
	h.verify()
}

// dieReplayingToSink lets a replay to the sink die at a point, and repeats it: the sink has every letter, and one again
// only where nothing remembers it.
func (s *crashSink) dieReplayingToSink(p crashPoint) {
	t := s.t
	t.Helper()
	s.letters()
	s.crashHistory = newCrashHistory(t, filepath.Join(s.dir, "replay-audit.jsonl"), "alo")
	s.replayTwice(p, "--to", "sink")
	there := s.lines("replay")
	for offset := range s.produced {
		if crashPoison(offset) != there[offset] {
			t.Errorf("offset %d is in the sink: %v", offset, there[offset])
		}
	}
	for _, r := range s.kafka.Consume(s.dead() + ".replayed")[0] {
		var of struct{ Offset int }
		if err := json.Unmarshal(r.Value, &of); err != nil {
			t.Fatal(err)
		}
		// Its time is cut to a millisecond: what it remembers was put before.
		s.tell(r.Timestamp.Add(time.Millisecond), map[string]any{"type": "offset", "conn": s.name, "tp": s.tp(), "pos": of.Offset + crashPoisonEvery})
	}
	s.verify(filepath.Join(s.dir, "replay.jsonl"))
}

// letters lets poison die, and stops the connector.
func (s *crashSink) letters() {
	t := s.t
	t.Helper()
	s.run(s.config("target", true))
	if status, answer := s.worker.Do(t, http.MethodPut, "/connectors/"+s.name+"/stop", ""); status != http.StatusNoContent {
		t.Fatalf("stop: %d %s", status, answer)
	}
	s.worker.WaitState(t, s.name, "STOPPED", 0)
}

// replayTwice starts a replay that dies, and one that comes to its end.
func (s *crashSink) replayTwice(p crashPoint, flags ...string) {
	t := s.t
	t.Helper()
	text, err := json.Marshal(s.config("replay", false))
	if err == nil {
		err = os.WriteFile(filepath.Join(s.dir, "fixed.json"), text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	start := func(env ...string) *harness.Process {
		r, err := harness.Start(harness.Command{Name: "replay", Path: s.program, Dir: s.dir, LogDir: s.dir, Env: env,
			Args: append([]string{"dlq", "replay", "fixed.json", "--worker", s.worker.File, "--rate", "50"}, flags...)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Kill)
		return r
	}
	p.await(t, start(p.env()), nil)
	ctx, cancel := context.WithTimeout(t.Context(), laneMax)
	defer cancel()
	for again := range 2 {
		r := start()
		code, err := r.Wait(ctx)
		said := r.Output()
		if code != 0 || err != nil || strings.Contains(said, "left") {
			t.Fatalf("exit code %d, %v:\n%s", code, err, said)
		}
		if again == 1 && !strings.Contains(said, "\n0 replayed\n") {
			t.Errorf("a replay behind another one repeats letters:\n%s", said)
		}
	}
}
