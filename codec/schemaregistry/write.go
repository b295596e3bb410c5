package schemaregistry

import (
	"strings"
	"time"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/registry"
)

// Written says how the records of a schema are written. Not changed after it was made.
type Written struct {
	Subject string
	ID      ID
	// Schema is what to encode with: the given one, or the one that the config pins.
	Schema *Schema
	until  time.Time
}

// Fresh reports whether w still holds at the given time: latest.cache.ttl.sec lets some of them age. Ask once a batch.
func (w *Written) Fresh(now time.Time) bool { return w.until.IsZero() || now.Before(w.until) }

// AppendPrefix appends what stands before the bytes of a record, unless ids travel in headers. indexes are those of a
// Protobuf message.
func (w *Written) AppendPrefix(dst []byte, indexes ...int32) []byte {
	dst = AppendNumber(dst, w.ID.Number)
	if len(indexes) > 0 {
		dst = AppendIndexes(dst, indexes...)
	}
	return dst
}

// Write returns how records of a topic with schema s are written: it registers s, or finds what the config says.
// The answer is remembered; callers remember it beside their own plans.
//
// Errors: *codec.Error, with AllRows or not; WriteError wraps it. Source: AbstractKafkaAvroSerializer.serializeImpl.
func (r *Registry) Write(topic string, s *Schema) (*Written, error) {
	subject, err := r.Subject(topic, s)
	if err != nil {
		return nil, err
	}
	k := schemaKey{subject, string(request(s, false))}
	known := r.writes
	if !r.set.autoRegister && r.set.useID < 0 && r.set.useGUID == nil && (r.set.metadata != nil || r.set.useLatest) {
		known = r.latests
	}
	if w, ok := known.get(k); ok {
		return w, nil
	}
	r.asking.Lock()
	defer r.asking.Unlock()
	if w, ok := known.get(k); ok {
		return w, nil
	}
	w := &Written{Subject: subject, Schema: s}
	text, err := r.choose(w, k)
	if err != nil {
		return nil, failed(err, text+s.Text, "Error serializing "+textsOf[r.opt.Format].name+" message")
	}
	if err := r.refuseRules(w.Schema, subject); err != nil {
		return nil, err
	}
	if w.ID.HasNumber && !w.ID.HasGUID {
		w.ID.GUID, w.ID.HasGUID = registry.Hash(w.Schema.Text, w.Schema.References, w.Schema.Metadata), true
	}
	if known == r.latests && r.set.latestTTL >= 0 {
		w.until = r.now().Add(r.set.latestTTL)
	}
	known.put(k, w)
	return w, nil
}

// choose fills w by the first rule of the config that applies. text says what it was about.
func (r *Registry) choose(w *Written, k schemaKey) (text string, err error) {
	t := textsOf[r.opt.Format]
	given := w.Schema
	pinned := func(e *entity, number int32, strict bool, key, hint string) error {
		s := e.schema()
		if strict {
			if err := r.compatible(s, given, key, hint); err != nil {
				return err
			}
		}
		w.Schema = s
		return w.identify(number, e.GUID)
	}
	switch set := &r.set; {
	case set.autoRegister:
		e, err := r.client.register(w.Subject, given, set.normalize, set.propagateTags)
		if err != nil {
			return t.register, err
		}
		if e.Text != "" && e.Text != given.Text {
			w.Schema = e.schema()
		}
		return t.register, w.identify(e.ID, e.GUID)
	case set.useID >= 0:
		const text = "Error retrieving schema ID"
		e, err := r.client.byNumber(set.useID, w.Subject)
		if err != nil {
			return text, err
		}
		return text, pinned(e, set.useID, set.idStrict, keyIDStrict, "")
	case set.useGUID != nil:
		const text = "Error retrieving schema GUID"
		e, err := r.client.byGUID(*set.useGUID)
		if err != nil {
			return text, err
		}
		if err := pinned(e, 0, set.idStrict, keyIDStrict, ""); err != nil {
			return text, err
		}
		at, err := r.lookup(schemaKey{k.subject, string(request(w.Schema, false))}, w.Schema, false)
		if err != nil {
			return text, err
		}
		return text, w.identify(at.ID, set.useGUID.String())
	case set.metadata != nil:
		text := "Error retrieving latest with metadata '" + javaMap(set.metadataText) + "'"
		e, err := r.client.latestWithMetadata(w.Subject, set.metadata)
		if err != nil {
			return text, err
		}
		return text, pinned(e, e.ID, false, "", "")
	case set.useLatest:
		e, err := r.client.latest(w.Subject)
		if err != nil {
			return t.latest, err
		}
		return t.latest, pinned(e, e.ID, set.latestStrict, keyLatestStrict, " See log file for more details.")
	}
	e, err := r.lookup(k, given, r.set.normalize)
	if err != nil {
		return t.lookup, err
	}
	return t.lookup, w.identify(e.ID, e.GUID)
}

// lookup asks which id a schema has under its subject.
func (r *Registry) lookup(k schemaKey, s *Schema, normalize bool) (*entity, error) {
	if no, ok := r.missingSchemas.get(k); ok {
		return nil, no
	}
	e, err := r.client.lookup(k.subject, s, normalize, false)
	note(r.missingSchemas, k, err)
	return e, err
}

func (w *Written) identify(number int32, guid string) error {
	w.ID.Number, w.ID.HasNumber = number, true
	if guid == "" {
		return nil
	}
	g, err := ParseGUID(guid)
	if err != nil {
		return ioText("%s", err)
	}
	w.ID.GUID, w.ID.HasGUID = g, true
	return nil
}

// compatible checks that pinned reads what is written with given. Source: lookupLatestVersion, lookupSchemaByGuid.
func (r *Registry) compatible(pinned, given *Schema, key, hint string) error {
	if r.opt.Compatible == nil {
		return nil
	}
	why, err := r.opt.Compatible(r, pinned, given)
	if err != nil || len(why) == 0 {
		return err
	}
	r.opt.Logger.Error("schema of records does not fit the schema to write with", "type", pinned.Type, "why", strings.Join(why, ","))
	dot := ""
	if hint != "" {
		dot = "."
	}
	return &ioError{class: incompatible, text: "Incompatible schema of type '" + pinned.Type + "'. Set " + key + "=false to disable this check" + dot + hint}
}

// refuseRules refuses a schema whose records must be encrypted or changed before they are written or read.
func (r *Registry) refuseRules(s *Schema, subject string) error {
	if !s.rules() {
		return nil
	}
	return &codec.Error{Class: configException, Pos: -1, Text: "schema of subject \"" + subject +
		"\" carries rules (ruleSet), such as encryption of fields; they are not applied here, and records without them would be wrong. Use a subject without rules"}
}

// javaMap prints pairs k=v,… as a Java map.
func javaMap(text string) string {
	parts := strings.Split(text, ",")
	for i := range parts {
		k, v, _ := strings.Cut(parts[i], "=")
		parts[i] = strings.TrimSpace(k) + "=" + strings.TrimSpace(v)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
