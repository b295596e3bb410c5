package schemaregistry

import (
	"crypto/md5" //nolint:gosec // the registry's own identity of schemas
	"encoding/binary"
	"maps"
	"slices"
)

// guid is the GUID that a schema has where the registry does not say it. Schemas with rules never come here.
// Source: rest.entities.Schema.getGuid.
func (s *Schema) guid() GUID {
	h := md5.New() //nolint:gosec // see above
	text := func(t string) { h.Write([]byte(t)) }
	text(s.Text)
	for _, r := range s.References {
		text(r.Name)
		text(r.Subject)
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(r.Version)))
	}
	if m := s.Metadata; m != nil {
		h.Write([]byte{1})
		for _, k := range slices.Sorted(maps.Keys(m.Tags)) {
			text(k)
			for _, v := range slices.Sorted(slices.Values(m.Tags[k])) {
				text(v)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(m.Properties)) {
			text(k)
			text(m.Properties[k])
		}
		for _, v := range slices.Sorted(slices.Values(m.Sensitive)) {
			text(v)
		}
	}
	return GUID(h.Sum(nil))
}
