package store

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/millrace/millrace/connectors"
)

// topicOffsets is what an offset topic says, found by connector and content. Where one content is spelt in
// several ways, which only happens where workers of several kinds wrote it, the one counts that was
// written last.
//
// Invariant: keys, places and connectors hold the same entries, each with a value.
type topicOffsets struct {
	keys       map[string]*keptOffset
	places     map[place][]*keptOffset
	connectors map[string]map[string]*keptOffset // by name and key
	order      uint64
}

// keptOffset is a key with its value.
type keptOffset struct {
	key       string
	value     []byte
	place     place
	partition connectors.OffsetMap
	written   int64  // by the clock of who wrote it, ms
	order     uint64 // of its first reading
}

func newTopicOffsets() *topicOffsets {
	return &topicOffsets{keys: map[string]*keptOffset{}, places: map[place][]*keptOffset{}, connectors: map[string]map[string]*keptOffset{}}
}

// apply takes a record. Source: KafkaOffsetBackingStore.consumedCallback, OffsetUtils.processPartitionKey.
func (t *topicOffsets) apply(r Record) error {
	e := t.keys[string(r.Key)]
	switch {
	case r.Value == nil && e == nil:
		return nil
	case r.Value == nil:
		t.remove(e)
		return nil
	case e == nil:
		name, partition, err := connectors.ParseOffsetKey(r.Key)
		if err != nil {
			return r.bad("%v", err)
		}
		content, err := connectors.OffsetContent(partition)
		if err != nil {
			return r.bad("%v", err)
		}
		t.order++
		e = &keptOffset{key: string(r.Key), place: place{name, content}, partition: partition, order: t.order}
		t.add(e)
	}
	e.value, e.written = bytes.Clone(r.Value), r.Timestamp.UnixMilli()
	return nil
}

func (t *topicOffsets) add(e *keptOffset) {
	t.keys[e.key] = e
	t.places[e.place] = append(t.places[e.place], e)
	if t.connectors[e.place.connector] == nil {
		t.connectors[e.place.connector] = map[string]*keptOffset{}
	}
	t.connectors[e.place.connector][e.key] = e
}

func (t *topicOffsets) remove(e *keptOffset) {
	delete(t.keys, e.key)
	if t.places[e.place] = slices.DeleteFunc(t.places[e.place], func(o *keptOffset) bool { return o == e }); len(t.places[e.place]) == 0 {
		delete(t.places, e.place)
	}
	of := t.connectors[e.place.connector]
	if delete(of, e.key); len(of) == 0 {
		delete(t.connectors, e.place.connector)
	}
}

// at returns what counts for a place, nil where there is nothing.
func (t *topicOffsets) at(p place) *keptOffset {
	spelt := t.places[p]
	if len(spelt) == 0 {
		return nil
	}
	return slices.MaxFunc(spelt, func(a, b *keptOffset) int {
		return cmp.Or(cmp.Compare(a.written, b.written), cmp.Compare(a.order, b.order))
	})
}

// get returns the offset of a partition, null where there is none.
func (t *topicOffsets) get(connector string, partition connectors.OffsetMap) (connectors.OffsetMap, error) {
	content, err := connectors.OffsetContent(partition)
	if err != nil {
		return connectors.OffsetMap{}, fmt.Errorf("partition of connector %q: %w", connector, err)
	}
	e := t.at(place{connector, content})
	if e == nil {
		return connectors.OffsetMap{}, nil
	}
	return readOffset([]byte(e.key), e.value)
}

// partitions returns a connector's places, in the order of their first reading.
func (t *topicOffsets) partitions(connector string) []*keptOffset {
	var out []*keptOffset
	for e := range maps.Values(t.connectors[connector]) {
		if len(e.value) > 0 && !e.partition.IsNull() && t.at(e.place) == e {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *keptOffset) int { return cmp.Compare(a.order, b.order) })
	return out
}

// records returns what is to be written for changes: every spelling that is known gets the new value.
func (t *topicOffsets) records(list []change) []Record {
	var out []Record
	for _, c := range list {
		spelt := t.places[c.place]
		for _, e := range spelt {
			out = append(out, Record{Key: []byte(e.key), Value: c.Value})
		}
		if len(spelt) == 0 {
			out = append(out, Record{Key: c.Key, Value: c.Value})
		}
	}
	return out
}
