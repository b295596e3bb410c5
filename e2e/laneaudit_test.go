//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

// event is a line of a history, see docs/verify.md.
type event struct {
	Type      string `json:"type"`
	Time      int64  `json:"time"`
	Class     string `json:"class,omitempty"`
	SessionMs int64  `json:"session_ms,omitempty"`
	Op        string `json:"op,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Conn      string `json:"conn,omitempty"`
	SP        string `json:"sp,omitempty"`
	Seq       int64  `json:"seq,omitempty"`
	Pos       int64  `json:"pos,omitempty"`
	Unit      string `json:"unit,omitempty"`
	TP        string `json:"tp,omitempty"`
	Off       int64  `json:"off,omitempty"`
	CRC       string `json:"crc,omitempty"`
	Isolation string `json:"isolation,omitempty"`
	PID       int64  `json:"pid,omitempty"`
	Epoch     int16  `json:"epoch,omitempty"`
}

// tell writes an event that happens now.
func (r *laneRun) tell(e event) { r.tellAt(time.Now(), e) }

func (r *laneRun) tellAt(at time.Time, e event) {
	e.Time = at.UnixNano()
	line, err := json.Marshal(e)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.history.Write(append(line, '\n')); err != nil {
		r.t.Fatal(err)
	}
}

// highest is the highest number that the source has told of.
func (r *laneRun) highest() int64 {
	text, err := os.ReadFile(r.config["history"])
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.t.Fatal(err)
	}
	top := int64(0)
	for line := range bytes.Lines(text) {
		var e event
		if json.Unmarshal(line, &e) == nil { // the last one may be on its way
			top = max(top, e.Seq)
		}
	}
	return top
}

// audit writes what the topic and the topic of the offsets hold, and returns how many records were made and are there.
func (r *laneRun) audit() (emitted, found int) {
	ctx, cancel := context.WithTimeout(r.t.Context(), laneMax)
	defer cancel()
	if err := harness.Poll(ctx, "no transaction is open", func(ctx context.Context) (bool, error) {
		return r.kafka.Settled(ctx, r.topic, r.offsets)
	}); err != nil {
		r.t.Log(err) // what is read tells whether it is wrong
	}
	for _, level := range []struct {
		name string
		is   kgo.IsolationLevel
	}{{"read_uncommitted", kgo.ReadUncommitted()}, {"read_committed", kgo.ReadCommitted()}} {
		committed := level.is == kgo.ReadCommitted()
		r.kafka.Scan(r.topic, level.is, nil, func(int) {}, func(k *kgo.Record) {
			tp := fmt.Sprintf("%s-%d", k.Topic, k.Partition)
			if k.Attrs.IsControl() {
				if committed {
					r.tell(event{Type: "txn", TP: tp, Off: k.Offset, PID: k.ProducerID, Epoch: k.ProducerEpoch, Op: markerOp(k.Key)})
				}
				return
			}
			e := readEvent(string(k.Value))
			e.TP, e.Off, e.Isolation = tp, k.Offset, level.name
			if k.Attrs.IsTransactional() {
				e.PID, e.Epoch = k.ProducerID, k.ProducerEpoch
			}
			r.tell(e)
			if committed {
				found++
			}
		})
	}
	r.kafka.Scan(r.offsets, kgo.ReadCommitted(), r.from, func(int) {}, func(k *kgo.Record) {
		var key []json.RawMessage
		var name string
		var sp struct{ SP string }
		var at struct{ Pos int64 }
		if k.Attrs.IsControl() || json.Unmarshal(k.Key, &key) != nil || len(key) != 2 || json.Unmarshal(key[0], &name) != nil || name != r.name {
			return
		}
		if json.Unmarshal(key[1], &sp) != nil || json.Unmarshal(k.Value, &at) != nil {
			r.t.Errorf("offset record %s: %s", k.Key, k.Value)
			return
		}
		r.tellAt(k.Timestamp, event{Type: "offset", Conn: r.name, SP: sp.SP, Pos: at.Pos})
	})
	r.tell(event{Type: "end"})
	text, err := os.ReadFile(r.config["history"])
	if err != nil {
		r.t.Fatal(err)
	}
	return bytes.Count(text, []byte(`"emit"`)), found
}

// markerOp reads the key of a marker: two bytes of version and two of type.
func markerOp(key []byte) string {
	if len(key) >= 4 && key[3] == 1 {
		return "commit"
	}
	return "abort"
}

// readEvent is what a record says of itself. One whose checksum is wrong has another in the history.
func readEvent(value string) event {
	e := event{Type: "read"}
	body, sum := value, ""
	if at := strings.LastIndexByte(value, '|'); at >= 0 {
		body, sum = value[:at+1], value[at+1:]
	}
	if own := fmt.Sprintf("%08x", crc32.Checksum([]byte(body), crc32.MakeTable(crc32.Castagnoli))); own != sum {
		sum += ", is " + own
	}
	parts := strings.Split(body, "|")
	e.CRC = sum
	if len(parts) < 5 {
		e.Conn, e.SP = "unknown", "unknown"
		return e
	}
	e.Conn, e.SP, e.Unit = parts[0], parts[1], parts[4]
	var err error
	if e.Seq, err = strconv.ParseInt(parts[2], 10, 64); err != nil {
		e.CRC += ", " + err.Error()
	}
	return e
}

// verify has the history checked by the program. One that is wrong is kept in the cache folder.
func (r *laneRun) verify() {
	files := []string{r.history.Name()}
	if _, err := os.Stat(r.config["history"]); err == nil {
		files = append(files, r.config["history"])
	}
	out, err := exec.CommandContext(r.t.Context(), suite.Program(r.t), append([]string{"verify"}, files...)...).CombinedOutput()
	for _, row := range anomalyRow.FindAllStringSubmatch(string(out), -1) {
		r.result.Anomalies = append(r.result.Anomalies, row[1])
	}
	r.result.BrokeOff = r.t.Failed() || err != nil && len(r.result.Anomalies) == 0
	if err != nil && r.allKnown() {
		r.result.Known, err = true, nil
		r.t.Logf("known anomalies:\n%s", out)
	}
	if err == nil && !r.t.Failed() {
		return
	}
	cache, cacheErr := harness.CacheDir()
	if cacheErr != nil {
		r.t.Fatal(cacheErr)
	}
	kept := filepath.Join(cache, "histories", fmt.Sprintf("%s-%s", r.side, r.topic))
	for _, w := range r.cluster.Workers {
		files = append(files, w.Log)
	}
	if cacheErr = os.MkdirAll(kept, 0o755); cacheErr != nil {
		r.t.Fatal(cacheErr)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(kept, filepath.Base(f)), text, 0o644)
		}
		if err != nil {
			r.t.Error(err)
		}
	}
	r.t.Errorf("seed %d: %v; the history is in %s\n%s", r.result.Seed, err, kept, out)
}

// anomalyRow is a row of a report with a number above zero.
var anomalyRow = regexp.MustCompile(`(?m)^\| ([a-z ]+) \| [1-9]\d* \|`)

// allKnown reports whether there are anomalies, and none but those that the faults of the run may leave behind.
func (r *laneRun) allKnown() bool {
	if r.class != "alo" || len(r.result.Anomalies) == 0 {
		return false
	}
	var known []string
	for _, f := range r.result.Faults {
		known = append(known, leaves[f]...)
	}
	return !slices.ContainsFunc(r.result.Anomalies, func(name string) bool { return !slices.Contains(known, name) })
}
