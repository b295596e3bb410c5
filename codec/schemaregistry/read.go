package schemaregistry

import "time"

// Reading says how the records of an id are read. Not changed after it was made.
type Reading struct {
	Topic, Subject string
	ID             ID
	Schema         *Schema // what they were written with
	// Latest is what to read them as (use.latest.version, use.latest.with.metadata); nil: as they were written.
	Latest *Schema
	until  time.Time
}

// Fresh reports whether d still holds at the given time. Ask once a batch.
func (d *Reading) Fresh(now time.Time) bool { return d.until.IsZero() || now.Before(d.until) }

// Read returns the schema of the records of a topic that carry id. The answer is remembered; callers remember it beside
// their own plans.
//
// Errors: *codec.Error, with AllRows or not; ReadError wraps it.
// Source: AbstractKafkaAvroDeserializer.DeserializationContext.
func (r *Registry) Read(topic string, id ID) (*Reading, error) {
	k := ReadKey{topic, id}
	if d, ok := r.reads.get(k); ok && d.Fresh(r.now()) {
		return d, nil
	}
	r.asking.Lock()
	defer r.asking.Unlock()
	if d, ok := r.reads.get(k); ok && d.Fresh(r.now()) {
		return d, nil
	}
	d := &Reading{Topic: topic, ID: id}
	if err := r.read(d); err != nil {
		text, io := r.retrieving(id, "schema")
		return nil, failed(err, text, io)
	}
	for _, s := range []*Schema{d.Schema, d.Latest} {
		if s != nil {
			if err := r.refuseRules(s, d.Subject); err != nil {
				return nil, err
			}
		}
	}
	r.reads.put(k, d)
	return d, nil
}

func (r *Registry) read(d *Reading) (err error) {
	if r.names.usesSchema() {
		if d.Schema, err = r.byID("", d.ID); err != nil {
			return err
		}
	}
	if d.Subject, err = r.Subject(d.Topic, d.Schema); err != nil {
		return err
	}
	if d.Schema, err = r.byID(d.Subject, d.ID); err != nil {
		return err
	}
	if d.Schema.Type != r.opt.Format {
		return ioText("Invalid schema type %s", d.Schema.Type)
	}
	if r.set.metadata == nil && !r.set.useLatest {
		return nil
	}
	k := schemaKey{subject: d.Subject}
	w, ok := r.latests.get(k)
	if !ok {
		var e *entity
		if r.set.metadata != nil {
			e, err = r.client.latestWithMetadata(d.Subject, r.set.metadata)
		} else {
			e, err = r.client.latest(d.Subject)
		}
		if err != nil {
			return err
		}
		w = &Written{Schema: e.schema()}
		w.until = r.latests.put(k, w)
	}
	d.Latest, d.until = w.Schema, w.until
	return nil
}

// byID gets a schema by number or GUID.
func (r *Registry) byID(subject string, id ID) (*Schema, error) {
	id.indexes = ""
	switch {
	case id.HasNumber:
		id.GUID, id.HasGUID = GUID{}, false
		k := subjectID{subject, id}
		if s, ok := r.numbers.get(k); ok {
			return s, nil
		}
		if no, ok := r.missingIDs.get(k); ok {
			return nil, no
		}
		e, err := r.client.byNumber(id.Number, subject)
		if err != nil {
			note(r.missingIDs, k, err)
			return nil, err
		}
		s := e.schema()
		r.numbers.put(k, s)
		return s, nil
	case id.HasGUID:
		if s, ok := r.guids.get(id.GUID); ok {
			return s, nil
		}
		e, err := r.client.byGUID(id.GUID)
		if err != nil {
			return nil, err
		}
		s := e.schema()
		r.guids.put(id.GUID, s)
		return s, nil
	}
	return nil, Serialization("Could not deserialize schema ID", nil)
}

// Version returns the version of d's schema under its subject: what its metadata claims, else what the registry says,
// asked once for an id. Source: AbstractKafkaAvroDeserializer.schemaVersion.
func (r *Registry) Version(d *Reading) (int, error) {
	if n := d.Schema.claimed(); n != 0 {
		return n, nil
	}
	id := d.ID
	id.indexes = ""
	k := subjectID{d.Subject, id}
	if n, ok := r.versions.get(k); ok {
		return n, nil
	}
	r.asking.Lock()
	defer r.asking.Unlock()
	if n, ok := r.versions.get(k); ok {
		return n, nil
	}
	e, err := r.version(d)
	if err != nil {
		text, io := r.retrieving(d.ID, "schema version")
		return 0, failed(err, text, io)
	}
	r.versions.put(k, e.Version)
	return e.Version, nil
}

// version looks the schema up under its subject, deleted ones too.
func (r *Registry) version(d *Reading) (*entity, error) {
	k := schemaKey{d.Subject, string(request(d.Schema, false))}
	if no, ok := r.missingSchemas.get(k); ok {
		return nil, no
	}
	e, err := r.client.lookup(d.Subject, d.Schema, false, true)
	note(r.missingSchemas, k, err)
	return e, err
}
