package confluent

import (
	"bytes"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// topicWriter gives some rows of a batch other topics.
type topicWriter struct {
	columnar.TopicNames
	index []int32
	last  []byte // the name that was given last, and its place
	place int32
}

// newTopicWriter starts with the topics of b.
func newTopicWriter(b *batch.Batch) *topicWriter {
	w := &topicWriter{index: mem.Zeroed[int32](&b.Arena, b.Len()), place: -1}
	places := make([]int32, len(b.Topics.Names))
	for i, name := range b.Topics.Names {
		places[i] = w.Number(name)
	}
	for i, at := range b.Topics.Index {
		w.index[i] = places[at]
	}
	if len(places) == 0 {
		w.Number("")
	}
	return w
}

// set gives row i a topic. Names are looked up where they change from row to row.
func (w *topicWriter) set(i int32, name []byte) {
	if w.place < 0 || !bytes.Equal(name, w.last) {
		w.last, w.place = name, w.Number(string(name))
	}
	w.index[i] = w.place
}

// write makes the topics those of b.
func (w *topicWriter) write(b *batch.Batch) {
	b.Topics = batch.Topics{Names: w.Names, Index: w.index}
	if len(w.Names) == 1 {
		b.Topics.Index = nil
	}
}

// rename gives every row the topic that rename makes of its own, called once for each of the names. Rows
// whose topic rename refuses fail.
func rename(b *batch.Batch, rename func(topic string) (string, error)) {
	var names columnar.TopicNames
	to := make([]int32, len(b.Topics.Names))
	refused := make([]error, len(to))
	bad := false
	for i, name := range b.Topics.Names {
		topic, err := rename(name)
		to[i], refused[i] = names.Number(topic), err
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
	b.Topics = batch.Topics{Names: names.Names}
	if index == nil || len(names.Names) == 1 {
		return
	}
	b.Topics.Index = mem.Alloc[int32](&b.Arena, len(index))
	for i, at := range index {
		b.Topics.Index[i] = to[at]
	}
}
