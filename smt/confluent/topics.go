package confluent

import (
	"bytes"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// topicNames collects the topics of a batch in work, each once.
type topicNames struct {
	names []string
	at    map[string]int32
}

// number returns the place of a name.
func (t *topicNames) number(name string) int32 {
	if n := len(t.names); n > 0 && t.names[n-1] == name {
		return int32(n - 1)
	}
	at, ok := t.at[name]
	if !ok {
		if t.at == nil {
			t.at = map[string]int32{}
		}
		at = int32(len(t.names))
		t.at[name] = at
		t.names = append(t.names, name)
	}
	return at
}

// topicWriter gives some rows of a batch other topics.
type topicWriter struct {
	topicNames
	index []int32
	last  []byte // the name that was given last, and its place
	place int32
}

// newTopicWriter starts with the topics of b.
func newTopicWriter(b *batch.Batch) *topicWriter {
	w := &topicWriter{index: mem.Zeroed[int32](&b.Arena, b.Len()), place: -1}
	places := make([]int32, len(b.Topics.Names))
	for i, name := range b.Topics.Names {
		places[i] = w.number(name)
	}
	for i, at := range b.Topics.Index {
		w.index[i] = places[at]
	}
	if len(places) == 0 {
		w.number("")
	}
	return w
}

// set gives row i a topic. Names are looked up where they change from row to row.
func (w *topicWriter) set(i int32, name []byte) {
	if w.place < 0 || !bytes.Equal(name, w.last) {
		w.last, w.place = name, w.number(string(name))
	}
	w.index[i] = w.place
}

// write makes the topics those of b.
func (w *topicWriter) write(b *batch.Batch) {
	b.Topics = batch.Topics{Names: w.names, Index: w.index}
	if len(w.names) == 1 {
		b.Topics.Index = nil
	}
}

// rename gives every row the topic that rename makes of its own, called once for each of the names. Rows
// whose topic rename refuses fail.
func rename(b *batch.Batch, rename func(topic string) (string, error)) {
	var names topicNames
	to := make([]int32, len(b.Topics.Names))
	refused := make([]error, len(to))
	bad := false
	for i, name := range b.Topics.Names {
		topic, err := rename(name)
		to[i], refused[i] = names.number(topic), err
		bad = bad || err != nil
	}
	index := b.Topics.Index
	if bad {
		for _, i := range liveRows(b) {
			at := int32(0)
			if index != nil {
				at = index[i]
			}
			if err := refused[at]; err != nil {
				b.Status.Fail(i, b.Len(), err)
			}
		}
	}
	b.Topics = batch.Topics{Names: names.names}
	if index == nil || len(names.names) == 1 {
		return
	}
	b.Topics.Index = mem.Alloc[int32](&b.Arena, len(index))
	for i, at := range index {
		b.Topics.Index[i] = to[at]
	}
}
