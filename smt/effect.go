package smt

// Described is a Transform or Predicate that says what it does, so that a compiler may leave out what
// nobody reads. One that is not described may read and change everything.
type Described interface {
	// Effect is the same for the whole life of the transform.
	Effect() Effect
}

// Effect is what a configured transform or predicate does to records. The zero value does nothing.
//
// It may say more than happens, never less: what is read and not named here may be missing.
type Effect struct {
	Key, Value Access
	Headers    Use
	Topic      Use
	Partition  Use
	Timestamp  Use
	Offset     Use
	Filters    bool // records may be dropped
}

// Use is what is done with a part of a record that has no members.
type Use uint8

// The uses, to be combined.
const (
	Reads Use = 1 << iota
	Writes
)

// Access is what is done with a key or a value. The zero value leaves it alone.
type Access struct {
	Form Form
	// Reads are the members whose values are looked at, beyond being passed on. Of members of members all
	// steps are named: the rest of the outer one is not read. A path without steps is the whole.
	Reads []Path
	// Writes are the members that get a value of the transform's making; new ones too.
	Writes []string
	// Drops are the members that are left out of the result, by their old names.
	Drops []string
	// Keeps, where it is not nil, are the only members that are not left out, by their old names.
	Keeps []string
	// Renames are the members whose names change. A member with an old name counts as read where it is
	// also among Drops, or missing in Keeps.
	Renames []Rename
	// Schema says that the schema changes in more than what follows from the members.
	Schema bool
}

// Path is the names that lead to a member.
type Path []string

// Rename is a change of a member's name.
type Rename struct{ From, To string }

// Form is how the result comes from what was there.
type Form uint8

// The forms.
const (
	// Untouched: not even looked at, null or not.
	Untouched Form = iota
	// Looked: it is passed on; whether it is null, what class and schema it has may matter.
	Looked
	// Edited: a struct or map is passed on, with the changes that Access says.
	Edited
	// Taken: the result is the one member in Reads.
	Taken
	// Wrapped: the result is a struct or map whose only member, the one in Writes, is what was there.
	Wrapped
	// Made: the result comes from Reads, of either side, alone; what was there is not looked at otherwise.
	Made
	// Opaque: anything may be read, and the result may be anything.
	Opaque
)

// Anything is the effect of what is not described.
func Anything() Effect {
	all := Reads | Writes
	return Effect{
		Key: Access{Form: Opaque}, Value: Access{Form: Opaque},
		Headers: all, Topic: all, Partition: all, Timestamp: all, Offset: Reads, Filters: true,
	}
}

// EffectOf returns the effect of a Transform or Predicate, Anything where it is not described.
func EffectOf(v any) Effect {
	if d, ok := v.(Described); ok {
		return d.Effect()
	}
	return Anything()
}
