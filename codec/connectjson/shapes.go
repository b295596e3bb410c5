package connectjson

import (
	"slices"

	"github.com/millrace/millrace/batch"
)

// shapeTable finds the number of a shape by its members. Shapes of one batch are numbered in order of
// appearance; what was learned about them (their members as batches may keep them, their HashMap order)
// stays, as long as members keep their places.
type shapeTable struct {
	batch []batch.Shape // of the present batch
	last  int32         // the shape of the latest object, -1 before the first
	slots []int32       // open addressing by hash of the members: 1 + number in known; 0 is free
	known []knownShape
}

// knownShape is a shape that some batch had.
type knownShape struct {
	shape   batch.Shape
	number  int32 // in the present batch, -1 if it has none yet
	batches int   // that had it
}

// knownShapesMax bounds what is remembered beyond a batch.
const knownShapesMax = 1024

// reset forgets the numbers, and the shapes where they became many.
func (t *shapeTable) reset() {
	t.last = -1
	clear(t.batch)
	t.batch = t.batch[:0]
	if len(t.known) > knownShapesMax {
		t.forget()
	}
	for i := range t.known {
		t.known[i].number = -1
	}
}

// forget drops the shapes: members change their places.
func (t *shapeTable) forget() {
	t.last, t.known = -1, nil
	clear(t.slots)
}

// number returns the shape of the batch whose members are order, places in members; rest says that there
// are more.
func (t *shapeTable) number(order []int32, rest bool, members []*member) int32 {
	if t.last >= 0 && t.batch[t.last].Rest == rest && slices.Equal(t.batch[t.last].Fields, order) {
		return t.last
	}
	k := t.find(order, rest)
	if k.number < 0 {
		if k.batches++; k.batches == 2 && !rest {
			k.shape.HashOrder = hashOrderOfMembers(order, members)
		}
		k.number = int32(len(t.batch))
		t.batch = append(t.batch, k.shape)
	}
	t.last = k.number
	return k.number
}

// hashOrderOfMembers returns order as a HashMap iterates that received the members in this order.
func hashOrderOfMembers(order []int32, members []*member) []int32 {
	names := make([]string, len(order))
	for i, f := range order {
		names[i] = members[f].name
	}
	return hashOrderOfNames(order, names)
}

func (t *shapeTable) find(order []int32, rest bool) *knownShape {
	if 2*len(t.known) >= len(t.slots) {
		t.grow()
	}
	for at := hashFields(order) & uint32(len(t.slots)-1); ; at = (at + 1) & uint32(len(t.slots)-1) {
		if t.slots[at] == 0 {
			t.known = append(t.known, knownShape{shape: batch.Shape{Fields: slices.Clone(order), Rest: rest}, number: -1})
			t.slots[at] = int32(len(t.known))
			return &t.known[len(t.known)-1]
		}
		if k := &t.known[t.slots[at]-1]; k.shape.Rest == rest && slices.Equal(k.shape.Fields, order) {
			return k
		}
	}
}

func (t *shapeTable) grow() {
	n := 8
	for n < 4*len(t.known) {
		n *= 2
	}
	t.slots = make([]int32, n)
	for i := range t.known {
		at := hashFields(t.known[i].shape.Fields) & uint32(len(t.slots)-1)
		for t.slots[at] != 0 {
			at = (at + 1) & uint32(len(t.slots)-1)
		}
		t.slots[at] = int32(i) + 1
	}
}

func hashFields(fields []int32) uint32 {
	h := uint32(2166136261)
	for _, f := range fields {
		h = (h ^ uint32(f)) * 16777619
		h ^= h >> 15
	}
	return h
}
