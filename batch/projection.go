package batch

// Projection names the members of a value that somebody reads. A nil *Projection means all of it.
type Projection struct {
	// Fields are the wanted members of a struct or object; nil: all but those in Except.
	Fields map[string]*Projection
	// Except are the members that nobody reads, where Fields is nil. It is never empty then, unless None is set.
	Except map[string]bool
	// None says that the value is not read at all: only whether it is null, and its schema.
	None bool
}

// Wants reports whether somebody reads the named member, or something in it.
func (p *Projection) Wants(name string) bool {
	switch {
	case p == nil:
		return true
	case p.None:
		return false
	case p.Fields != nil:
		m, ok := p.Fields[name]
		return ok && (m == nil || !m.None)
	}
	return !p.Except[name]
}
