//go:build e2e || soak

package e2e

import (
	"fmt"
	"time"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

const (
	poisonPartitions = 6
	poisonEvery      = 100 // of these records one is poison
)

// poison is a way to be refused: by what, and a value that is.
type poison struct{ stage, value string }

const taskPut = "TASK_PUT"

const poisonSchema = `{"schema":{"type":"struct","optional":false,"fields":[{"field":"amount","type":"string","optional":false}]},"payload":{"amount":`

var poisons = []poison{
	{"VALUE_CONVERTER", poisonSchema + `"1`},                                          // JSON that is cut off
	{"VALUE_CONVERTER", `{"schema":{"type":"money","optional":false},"payload":"1"}`}, // a schema of no known type
	{"VALUE_CONVERTER", poisonSchema + `null}}`},                                      // null where a value is required
	{"TRANSFORMATION", poisonSchema + `"one"}}`},                                      // no number for Cast
	{taskPut, poisonSchema + `"-1"}}`},                                                // what the sink reports
}

// poisoned is the records of a topic, by number: of n, 1 to healthy are good, in the order in which they are produced, and
// those from there on are poison. The key of a record is its line.
type poisoned struct {
	topic      string
	stream     history.Stream
	healthy, n int

	began time.Time

	good, bad                   [][]int // by partition, the numbers that were produced, in order
	produced, lastGood, lastBad int
}

func newPoisoned(topic string, n int) *poisoned {
	healthy := n - n/poisonEvery
	return &poisoned{topic: topic, stream: history.Stream{Name: "p"}, healthy: healthy, n: n, began: time.Now().Add(-time.Hour).Truncate(time.Millisecond),
		good: make([][]int, poisonPartitions), bad: make([][]int, poisonPartitions), lastBad: healthy}
}

// of is what poison number is of; nil when it is good.
func (p *poisoned) of(number int) *poison {
	if number <= p.healthy {
		return nil
	}
	return &poisons[number%len(poisons)]
}

func (p *poisoned) value(number int) string {
	if kind := p.of(number); kind != nil {
		return kind.value
	}
	return fmt.Sprintf(`%s"%d"}}`, poisonSchema, number)
}

// next makes the next count records.
func (p *poisoned) next(count int) []harness.Record {
	out := make([]harness.Record, count)
	for i := range out {
		p.produced++
		if p.produced%poisonEvery == 0 {
			p.lastBad++
			at := p.lastBad / len(poisons) % poisonPartitions // every partition gets poison of every kind
			p.bad[at] = append(p.bad[at], p.lastBad)
			out[i] = p.record(at, p.lastBad)
		} else {
			p.lastGood++
			at := p.lastGood % poisonPartitions
			p.good[at] = append(p.good[at], p.lastGood)
			out[i] = p.record(at, p.lastGood)
		}
	}
	return out
}

// record is a record as it goes into a partition, and as it comes back.
func (p *poisoned) record(partition, number int) harness.Record {
	return harness.Record{Topic: p.topic, Partition: int32(partition), Timestamp: p.began.Add(time.Duration(number) * time.Millisecond),
		Key: p.stream.AppendLine(nil, number), Value: []byte(p.value(number)), Headers: []harness.Header{{Key: "own", Value: []byte{0, byte(number)}}}}
}

// checkGood checks that each good record is among numbers once, or again from an earlier place, and nothing else.
func (p *poisoned) checkGood(numbers []int, replays int) history.Report {
	return history.File(numbers, p.good, p.healthy, replays)
}

// checkBad is checkGood of poison.
func (p *poisoned) checkBad(numbers []int, replays int) history.Report {
	return p.checkLanes(numbers, p.bad, replays)
}

// checkLetters is checkBad of dead letters. A task converts a batch before it puts it, so that what its sink refuses dies behind
// what stood behind it in the batch: each of the two is in order.
func (p *poisoned) checkLetters(numbers []int, replays int) history.Report {
	var lanes [][]int
	for _, list := range p.bad {
		var converted, put []int
		for _, n := range list {
			if p.of(n).stage == taskPut {
				put = append(put, n)
			} else {
				converted = append(converted, n)
			}
		}
		lanes = append(lanes, converted, put)
	}
	return p.checkLanes(numbers, lanes, replays)
}

func (p *poisoned) checkLanes(numbers []int, lanes [][]int, replays int) history.Report {
	from1 := func(list []int) []int {
		out := make([]int, len(list))
		for i, n := range list {
			out[i] = n - p.healthy
		}
		return out
	}
	want := make([][]int, len(lanes))
	for i, list := range lanes {
		want[i] = from1(list)
	}
	return history.File(from1(numbers), want, p.n-p.healthy, replays)
}

// split tells the numbers of good records from those of poison.
func (p *poisoned) split(numbers []int) (good, bad []int) {
	for _, n := range numbers {
		if n <= p.healthy {
			good = append(good, n)
		} else {
			bad = append(bad, n)
		}
	}
	return good, bad
}
