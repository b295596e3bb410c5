package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

func extractTopicHeaderClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "field", Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.Medium,
			Doc: "Key of the header to use as the topic name.",
		}).
		Define(config.Key{
			Name: "field.format", Type: config.String, Default: "PLAIN", Validator: config.InIgnoreCase("PLAIN"), Importance: config.Medium,
			Doc: "Specify field path format. Only PLAIN is supported for headers.",
		}).
		Define(skipMissingKey())
	return single(classPrefix+"ExtractTopic$Header", def, func(v *config.Values) (smt.Transform, error) {
		t := &extractTopicHeader{key: v.String("field"), skip: v.Bool(skipMissing)}
		return newTransform(t.columns, t.record, t.effect()), nil
	})
}

// extractTopicHeader takes topics out of headers: the last one with the configured key.
type extractTopicHeader struct {
	key  string
	skip bool
}

// topic returns the topic that a header names, "" where it names none.
func (t *extractTopicHeader) topic(h batch.Header, ok bool) (string, error) {
	switch {
	case !ok:
	case !h.Decoded:
		return string(h.Raw), t.missing(len(h.Raw) == 0)
	case h.Value.Tag() == batch.TagString:
		return h.Value.Str(), t.missing(h.Value.Str() == "")
	case !h.Value.IsNull():
		return "", dataError("ExtractTopic: header " + t.key + " is no string but " + h.Value.Tag().JavaClass())
	}
	return "", t.missing(true)
}

// missing is the error for a record without topic name; nil where those pass.
func (t *extractTopicHeader) missing(is bool) error {
	if !is || t.skip {
		return nil
	}
	return dataError("ExtractTopic: header " + t.key + " is missing or null; set " + skipMissing + " to let such records pass")
}

// effect: the topic stays where headers name none.
func (t *extractTopicHeader) effect() smt.Effect {
	return smt.Effect{Headers: smt.Reads, Topic: smt.Reads | smt.Writes}
}

func (t *extractTopicHeader) record(r smt.Record) (smt.Record, bool, error) {
	topic, err := t.topic((&batch.Headers{Entries: r.Headers}).Last(0, t.key))
	if topic != "" {
		r.Topic = topic
	}
	return r, err == nil, err
}

func (t *extractTopicHeader) columns(b *batch.Batch) bool {
	w := newTopicWriter(b)
	for _, i := range liveRows(b) {
		topic, err := t.topic(b.Headers.Last(int(i), t.key))
		switch {
		case err != nil:
			b.Status.Fail(i, b.Len(), err)
		case topic != "":
			w.index[i] = w.Number(topic)
		}
	}
	w.write(b)
	return true
}
