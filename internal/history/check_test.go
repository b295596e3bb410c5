package history_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/history"
)

// second is the unit of time of the histories here.
const second = int64(time.Second)

// source is a clean history of one source partition: records in units of two in one topic partition, each unit a
// transaction with its offset.
func source(class history.Class) []history.Event {
	all := []history.Event{
		{Type: history.Guarantee, Class: string(class)},
		{Type: history.Own, Op: "start", Time: second, Process: "a", Conn: "c", SP: "p"},
		{Type: history.Goal, Time: second, Conn: "c", SP: "p", Pos: 8},
	}
	for seq := range int64(8) {
		at, unit, crc := (2+seq)*second, fmt.Sprint("a", seq/2), fmt.Sprint("crc", seq)
		off := seq + seq/2 // a marker after each unit
		all = append(all,
			history.Event{Type: history.Emit, Time: at, Process: "a", Conn: "c", SP: "p", Seq: seq, Unit: unit, CRC: crc, Topic: "t"},
			history.Event{Type: history.Send, Time: at + 1, Conn: "c", SP: "p", Seq: seq, TP: "t-0", Off: off},
			history.Event{Type: history.Read, Time: 90 * second, Conn: "c", SP: "p", Seq: seq, Unit: unit, CRC: crc, TP: "t-0", Off: off, PID: 7, Isolation: "read_committed"},
			history.Event{Type: history.Read, Time: 90 * second, Conn: "c", SP: "p", Seq: seq, Unit: unit, CRC: crc, TP: "t-0", Off: off, PID: 7, Isolation: "read_uncommitted"})
		if seq%2 == 1 {
			all = append(all,
				history.Event{Type: history.Txn, Time: 90 * second, Op: "commit", TP: "t-0", Off: off + 1, PID: 7},
				history.Event{Type: history.Offset, Time: at + 2, Conn: "c", SP: "p", Pos: seq + 1})
		}
	}
	return append(all, history.Event{Type: history.End, Time: 100 * second})
}

// sink is a clean history of one topic partition on its way into a file.
func sink() []history.Event {
	all := []history.Event{{Type: history.Guarantee, Class: "alo"}, {Type: history.Own, Op: "start", Time: second, Process: "a", Conn: "s", TP: "t-0"}}
	for off := range int64(8) {
		at, crc := (2+off)*second, fmt.Sprint("crc", off)
		all = append(all,
			history.Event{Type: history.Put, Time: at, Process: "a", Conn: "s", TP: "t-0", Off: off, CRC: crc},
			history.Event{Type: history.Durable, Time: at + 1, Conn: "s", TP: "t-0", Off: off, CRC: crc, File: "f"},
			history.Event{Type: history.Offset, Time: at + 2, Conn: "s", TP: "t-0", Pos: off + 1})
	}
	return append(all, history.Event{Type: history.End, Time: 100 * second})
}

// edit returns the events for which change leaves something, in the order of the history.
func edit(all []history.Event, change func(e *history.Event) bool) []history.Event {
	var out []history.Event
	for _, e := range all {
		if change(&e) {
			out = append(out, e)
		}
	}
	return out
}

// without drops the events of some types about a number.
func without(all []history.Event, seq int64, types ...string) []history.Event {
	return edit(all, func(e *history.Event) bool { return !slices.Contains(types, e.Type) || max(e.Seq, 0) != seq })
}

// changed changes the first event of a type about a number.
func changed(all []history.Event, typ string, seq int64, change func(e *history.Event)) []history.Event {
	done := false
	return edit(all, func(e *history.Event) bool {
		if e.Type == typ && e.Seq == seq && e.Off >= 0 && !done {
			done = true
			change(e)
		}
		return true
	})
}

func with(all []history.Event, more ...history.Event) []history.Event {
	return slices.Concat(all, more)
}

func found(t *testing.T, all []history.Event) []history.Kind {
	t.Helper()
	r, err := history.Check(slices.Clone(all), "")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []history.Kind
	for _, a := range r.Anomalies {
		if !slices.Contains(kinds, a.Kind) {
			kinds = append(kinds, a.Kind)
		}
	}
	return kinds
}

// TestCheck injects each anomaly into a clean history.
func TestCheck(t *testing.T) {
	eos, alo, target := source(history.ExactlyOnce), source(history.AtLeastOnce), sink()
	read := func(seq, off int64) history.Event {
		return history.Event{Type: history.Read, Time: 91 * second, Conn: "c", SP: "p", Seq: seq, Unit: fmt.Sprint("a", seq/2), CRC: fmt.Sprint("crc", seq), TP: "t-0", Off: off, Isolation: "read_committed"}
	}
	emit := func(process string, at, seq int64) history.Event {
		return history.Event{Type: history.Emit, Time: at, Process: process, Conn: "c", SP: "p", Seq: seq, CRC: fmt.Sprint("crc", seq), Topic: "t"}
	}
	plain := func(seq, off int64) history.Event {
		e := read(seq, off)
		e.Unit = ""
		return e
	}
	b := history.Event{Type: history.Own, Op: "start", Time: 20 * second, Process: "b", Conn: "c", SP: "p"}
	for _, c := range []struct {
		name string
		all  []history.Event
		want []history.Kind
	}{
		{"clean source", eos, nil},
		{"clean source, at least once", alo, nil},
		{"clean sink", target, nil},
		{"replay from the committed offset", with(alo, b, emit("b", 21*second, 8), plain(8, 20)), nil},
		{"empty", []history.Event{{Type: history.Guarantee, Class: "eos"}}, []history.Kind{history.Empty}},

		{"lost", without(eos, 2, history.Read), []history.Kind{history.Lost, history.Torn}},
		{"lost at the end, acknowledged", without(edit(alo, func(e *history.Event) bool { return e.Type != history.Offset }), 7, history.Read), []history.Kind{history.Lost, history.Stuck}},
		{"lost of a sink", edit(target, func(e *history.Event) bool { return e.Type != history.Durable || e.Off != 3 }), []history.Kind{history.Lost, history.StaleCommit}},
		{"dead letter of a sink", with(edit(target, func(e *history.Event) bool { return e.Type != history.Durable || e.Off != 3 }), history.Event{Type: history.DLQ, Conn: "s", TP: "t-0", Off: 3}), nil},
		{"unknown outcome is no evidence", with(eos, history.Event{Type: history.Send, Time: 50 * second, Outcome: "info", Conn: "c", SP: "p", Seq: 9}), nil},

		{"duplicate", with(eos, read(7, 20)), []history.Kind{history.Duplicate}},
		{"duplicate that nobody made twice", with(alo, plain(7, 20)), []history.Kind{history.Duplicate}},
		{"replay from elsewhere", with(alo, b, emit("b", 21*second, 4), plain(4, 20)), []history.Kind{history.Duplicate}},
		{"duplicate in a file", with(target, history.Event{Type: history.Durable, Time: 30 * second, Conn: "s", TP: "t-0", Off: 3, CRC: "crc3", File: "g"}), []history.Kind{history.Duplicate}},

		{"reordered", changed(eos, history.Read, 2, func(e *history.Event) { e.Off, e.PID = 40, 0 }), []history.Kind{history.Reordered}},
		{"reordered in a file", edit(target, func(e *history.Event) bool {
			if e.Type == history.Durable && e.Off < 2 {
				e.Off = 1 - e.Off
				e.CRC = fmt.Sprint("crc", e.Off)
			}
			return true
		}), []history.Kind{history.Reordered, history.StaleCommit}},

		{"phantom", with(eos, read(9, 20)), []history.Kind{history.Lost, history.Phantom, history.Torn}},
		{"corrupt", edit(eos, func(e *history.Event) bool {
			if e.Type == history.Read && e.Seq == 3 {
				e.CRC = "other"
			}
			return true
		}), []history.Kind{history.Corrupt}},
		{"misrouted", changed(eos, history.Emit, 3, func(e *history.Event) { e.Topic = "u" }), []history.Kind{history.Misrouted}},

		{"stale commit", changed(alo, history.Send, 3, func(e *history.Event) { e.Time = 80 * second }), []history.Kind{history.StaleCommit}},
		{"commit regress", with(eos, history.Event{Type: history.Offset, Time: 50 * second, Conn: "c", SP: "p", Pos: 6}, history.Event{Type: history.Offset, Time: 51 * second, Conn: "c", SP: "p", Pos: 8}), []history.Kind{history.Regress}},
		{"offsets altered by hand", with(eos, history.Event{Type: history.Reset, Time: 50 * second, Conn: "c", SP: "p", Pos: 6}, history.Event{Type: history.Offset, Time: 51 * second, Conn: "c", SP: "p", Pos: 8}), nil},

		{"aborted read", edit(eos, func(e *history.Event) bool {
			if e.Type == history.Txn && e.Off == 5 {
				e.Op = "abort"
			}
			return true
		}), []history.Kind{history.Aborted}},
		{"read of an open transaction", edit(eos, func(e *history.Event) bool { return e.Type != history.Txn || e.Off < 11 }), []history.Kind{history.Aborted}},
		{"torn unit", with(without(eos, 7, history.Read), history.Event{Type: history.Filter, Conn: "d", SP: "q"}), []history.Kind{history.Lost, history.Torn}},
		{"records without their offset", edit(eos, func(e *history.Event) bool { return e.Type != history.Offset || e.Pos < 8 }), []history.Kind{history.Torn}},

		{"divergent log", edit(eos, func(e *history.Event) bool {
			if e.Type == history.Read && e.Isolation == "read_uncommitted" && e.Seq == 3 {
				e.Seq = 4
			}
			return true
		}), []history.Kind{history.Divergent}},
		{"double owner", with(changed(eos, history.Emit, 6, func(e *history.Event) { e.Process = "b" }), history.Event{Type: history.Own, Op: "start", Time: 7 * second, Process: "b", Conn: "c", SP: "p"}), []history.Kind{history.DoubleOwner}},
		{"owner that was fenced when it began", with(eos, history.Event{Type: history.Own, Op: "start", Time: 7 * second, Process: "b", Conn: "c", SP: "p"}), nil},
		{"double owner, at least once", with(alo, history.Event{Type: history.Own, Op: "start", Time: 8 * second, Process: "b", Conn: "c", SP: "p"}, emit("a", 30*second, 8), plain(8, 20)), []history.Kind{history.DoubleOwner}},
		{"owner until its session is over", with(alo, history.Event{Type: history.Own, Op: "start", Time: 8 * second, Process: "b", Conn: "c", SP: "p"}), nil},
		{"owner again", with(eos, b, history.Event{Type: history.Own, Op: "start", Time: 21 * second, Process: "a", Conn: "c", SP: "p"}), nil},
		{"silent drop", with(eos, history.Event{Type: history.Tolerated, Conn: "c", SP: "p", Seq: 8}), []history.Kind{history.SilentDrop}},
		{"tolerated, and told", with(eos, history.Event{Type: history.Tolerated, Conn: "c", SP: "p", Seq: 8}, history.Event{Type: history.Told, Conn: "c", SP: "p", Seq: 8}), nil},
		{"stuck", with(eos, history.Event{Type: history.Goal, Conn: "c", SP: "p", Pos: 9, Time: 60 * second}), []history.Kind{history.Stuck}},
		{"unfinished", with(eos, history.Event{Type: history.Goal, Conn: "c", SP: "p", Pos: 9, Time: 60 * second}, history.Event{Type: history.Fault, Kind: "cut", Op: "stop", Time: 70 * second}), []history.Kind{history.Unfinished}},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := found(t, c.all)
			slices.Sort(have)
			slices.Sort(c.want)
			if !slices.Equal(have, c.want) {
				r, _ := history.Check(slices.Clone(c.all), "")
				t.Errorf("%v, want %v: %v", have, c.want, r.Anomalies)
			}
		})
	}
}

// TestCheck_AnyLessIsReported drops any committed read, any emit: something is always wrong then.
func TestCheck_AnyLessIsReported(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		all := source(history.ExactlyOnce)
		i := random.IntN(len(all))
		if e := all[i]; e.Type != history.Emit && (e.Type != history.Read || e.Isolation != "read_committed") {
			continue
		}
		if less := slices.Delete(slices.Clone(all), i, i+1); len(found(t, less)) == 0 {
			t.Errorf("nothing is wrong without %+v", all[i])
		}
	}
}

func TestCheck_WantsAClass(t *testing.T) {
	if _, err := history.Check([]history.Event{{Type: history.End}}, ""); err == nil || !strings.Contains(err.Error(), "alo or eos") {
		t.Error(err)
	}
}
