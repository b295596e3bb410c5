package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// topicNames collects the topics of a batch in work.
type topicNames struct {
	names []string
	at    map[string]int32
}

// number returns the place of a name.
func (t *topicNames) number(name string) int32 {
	if n := len(t.names); n > 0 && t.names[n-1] == name {
		return int32(n - 1)
	}
	if at, ok := t.at[name]; ok {
		return at
	}
	if t.at == nil {
		t.at = map[string]int32{}
	}
	at := int32(len(t.names))
	t.at[name] = at
	t.names = append(t.names, name)
	return at
}

// rename gives every row the topic that rename makes of its own, called once for each of the names.
// Rows whose topic rename refuses fail.
func rename(b *batch.Batch, rename func(topic string) (string, error)) {
	if len(b.Topics.Names) == 0 {
		fail(b, live(b), noTopic())
		return
	}
	var names topicNames
	to := make([]int32, len(b.Topics.Names))
	for i, name := range b.Topics.Names {
		topic, err := rename(name)
		if err != nil {
			fail(b, ofTopic(b, int32(i)), err)
		}
		to[i] = names.number(topic)
	}
	if slices.Equal(names.names, b.Topics.Names) {
		return
	}
	index := b.Topics.Index
	b.Topics = batch.Topics{Names: names.names}
	if index == nil || len(names.names) == 1 {
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
		return live(b)
	}
	out := batch.Selection{}
	for _, i := range listed(b, live(b)) {
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
