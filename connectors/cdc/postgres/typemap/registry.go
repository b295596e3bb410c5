package typemap

// Type is a type of the catalog.
type Type struct {
	OID     uint32
	Name    string // pg_type.typname
	Schema  string // "" on the search path
	Element *Type  // of an array
	Base    *Type  // of a domain
	Labels  []string
	// Delimiter is what separates values of the type in an array.
	Delimiter byte
	// Modifier of a domain: what its base type was declared with, -1 for none.
	Modifier int32
}

// Root returns the type under all domains.
func (t *Type) Root() *Type {
	for t.Base != nil {
		t = t.Base
	}
	return t
}

// Entry is a row of pg_type as the catalog query returns it.
type Entry struct {
	OID, Element, Base uint32
	Name, Schema       string // as of Type
	Delimiter          byte
	Modifier           int32
	Labels             []string // of an enum, in their order
}

// Registry are the types of a database.
type Registry struct{ types map[uint32]*Type }

// NewRegistry links the entries of a catalog.
func NewRegistry(entries []Entry) *Registry {
	r := &Registry{types: make(map[uint32]*Type, len(entries))}
	for _, e := range entries {
		r.types[e.OID] = &Type{OID: e.OID, Name: e.Name, Schema: e.Schema, Labels: e.Labels, Delimiter: e.Delimiter, Modifier: e.Modifier}
	}
	for _, e := range entries {
		r.types[e.OID].Element, r.types[e.OID].Base = r.types[e.Element], r.types[e.Base]
	}
	return r
}

// Type returns a type, nil where the catalog did not have it.
func (r *Registry) Type(oid uint32) *Type { return r.types[oid] }
