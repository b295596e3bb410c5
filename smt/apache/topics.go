package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// rename gives every row the topic that rename makes of its own, called once for each of the names.
// Rows whose topic rename refuses fail.
func rename(b *batch.Batch, rename func(topic string) (string, error)) {
	if len(b.Topics.Names) == 0 {
		columnar.Fail(b, columnar.Live(b), noTopic())
		return
	}
	var names columnar.TopicNames
	to := make([]int32, len(b.Topics.Names))
	for i, name := range b.Topics.Names {
		topic, err := rename(name)
		if err != nil {
			columnar.Fail(b, ofTopic(b, int32(i)), err)
		}
		to[i] = names.Number(topic)
	}
	if slices.Equal(names.Names, b.Topics.Names) {
		return
	}
	index := b.Topics.Index
	b.Topics = batch.Topics{Names: names.Names}
	if index == nil || len(names.Names) == 1 {
		return
	}
	b.Topics.Index = mem.Alloc[int32](&b.Arena, len(index))
	for i, at := range index {
		b.Topics.Index[i] = to[at]
	}
}

// ofTopic returns the live rows with topic number at.
func ofTopic(b *batch.Batch, at int32) batch.Selection {
	if b.Topics.Index == nil {
		return columnar.Live(b)
	}
	out := batch.Selection{}
	for _, i := range columnar.Listed(b, columnar.Live(b)) {
		if b.Topics.Index[i] == at {
			out = append(out, i)
		}
	}
	return out
}

// noTopic is what RegexRouter meets in a record without topic.
func noTopic() error {
	return exception(nullPointerException, `Cannot invoke "java.lang.CharSequence.length()" because "this.text" is null`)
}

// lacksTopic reports whether the record of a row has no topic.
func lacksTopic(r batch.Row) bool { return len(r.Batch().Topics.Names) == 0 }
