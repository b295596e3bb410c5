package registry

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the identity of schemas, as registries compute it
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
)

// Schema is a schema with what belongs to it. Not changed after it was made.
type Schema struct {
	Type       string          `json:"schemaType,omitempty"` // AVRO, JSON or PROTOBUF
	References []Reference     `json:"references,omitempty"`
	Metadata   *Metadata       `json:"metadata,omitempty"`
	Rules      json.RawMessage `json:"ruleSet,omitempty"`
	Text       string          `json:"schema,omitempty"`
}

// Reference is a schema that another one names. Name is what the text calls it: a full name, a path, a $ref.
type Reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Metadata is what the owner of a schema says of it.
type Metadata struct {
	Tags       map[string][]string `json:"tags,omitempty"`
	Properties map[string]string   `json:"properties,omitempty"`
	Sensitive  []string            `json:"sensitive,omitempty"`
}

// Hash is the identity of a schema beyond one registry, where it carries no rules: the bytes of its GUID.
// Source: rest.entities.Schema.getGuid.
func Hash(text string, references []Reference, m *Metadata) [16]byte {
	h := md5.New() //nolint:gosec // see above
	write := func(t string) { h.Write([]byte(t)) }
	write(text)
	for _, r := range references {
		write(r.Name)
		write(r.Subject)
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(r.Version)))
	}
	if m != nil {
		h.Write([]byte{1})
		for _, k := range slices.Sorted(maps.Keys(m.Tags)) {
			write(k)
			for _, v := range slices.Sorted(slices.Values(m.Tags[k])) {
				write(v)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(m.Properties)) {
			write(k)
			write(m.Properties[k])
		}
		for _, v := range slices.Sorted(slices.Values(m.Sensitive)) {
			write(v)
		}
	}
	return [16]byte(h.Sum(nil))
}

// guid is the text of the schema's GUID.
func (s *Schema) guid() string {
	h := Hash(s.Text, s.References, s.Metadata)
	if len(s.Rules) > 0 {
		h = md5.Sum(append(h[:], s.Rules...)) //nolint:gosec // see above
	}
	t := hex.EncodeToString(h[:])
	return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
}

// identity tells schemas apart: equal ones share an id.
func (s *Schema) identity() string { return s.Type + " " + s.guid() }

// Resolved is a schema under the name by which another refers to it.
type Resolved struct{ Name, Text string }

// Parsed is a schema with all that it refers to, directly or not, what is referred to first.
type Parsed struct {
	Text       string
	References []Resolved
}

// Kind is what a format knows of its schemas. A nil function leaves its question unasked.
type Kind struct {
	Name string // AVRO, JSON or PROTOBUF
	// Canonical checks a text and returns the form in which it is kept. normalize leaves no trace of what does not
	// count, such as the order of properties.
	Canonical func(s Parsed, normalize bool) (string, error)
	// Same reports whether two canonical texts that differ are one schema under a subject all the same.
	Same func(a, b Parsed) bool
	// Compatible says why reader cannot read what was written with writer; empty: it can.
	Compatible func(reader, writer Parsed) []string
}

// kinds are the formats of a registry, in the order in which it lists them.
func kinds(given []Kind) []Kind {
	all := []Kind{{Name: "JSON"}, {Name: "PROTOBUF"}, {Name: "AVRO"}}
	for _, k := range given {
		for i := range all {
			if all[i].Name == k.Name {
				all[i] = k
			}
		}
	}
	for i := range all {
		if all[i].Canonical == nil {
			all[i].Canonical = asText(all[i].Name != "PROTOBUF")
		}
	}
	return all
}

// asText keeps texts as they are, JSON without spaces.
func asText(isJSON bool) func(Parsed, bool) (string, error) {
	return func(s Parsed, _ bool) (string, error) {
		if !isJSON {
			return s.Text, nil
		}
		var b bytes.Buffer
		if err := json.Compact(&b, []byte(s.Text)); err != nil {
			return "", err
		}
		return b.String(), nil
	}
}
