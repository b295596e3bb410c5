package batch

// Projection names the members of a value that somebody reads. A nil *Projection means all of it.
type Projection struct {
	// Fields are the wanted members of a struct or object; nil with None unset means the whole value.
	Fields map[string]*Projection
	// None says that the value is not read at all: only whether it is null, and its schema.
	None bool
}
