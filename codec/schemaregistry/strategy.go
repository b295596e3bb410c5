package schemaregistry

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/millrace/millrace/config"
)

const subjectPackage = "io.confluent.kafka.serializers.subject."

// Names of the strategies.
const (
	topicName       = subjectPackage + "TopicNameStrategy"
	recordName      = subjectPackage + "RecordNameStrategy"
	topicRecordName = subjectPackage + "TopicRecordNameStrategy"
	associatedName  = subjectPackage + "AssociatedNameStrategy"

	defaultReference   = subjectPackage + "DefaultReferenceSubjectNameStrategy"
	qualifiedReference = subjectPackage + "QualifiedReferenceSubjectNameStrategy"

	nullContext = "io.confluent.kafka.serializers.context.NullContextNameStrategy"
)

// oneOf returns the known class that a user's text names, fully or by its simple name.
func oneOf(key, text string, known ...string) (string, error) {
	for _, k := range known {
		if text == k || text == k[strings.LastIndexByte(k, '.')+1:] {
			return k, nil
		}
	}
	return "", config.InvalidValue(key, text, "Class "+text+" is not known; known are "+strings.Join(known, ", "))
}

// naming computes subjects. Source: AbstractKafkaSchemaSerDe.getSubjectName, SubjectNameStrategy.
type naming struct {
	key      bool
	strategy string
	fallback string // of associatedName: another strategy, "" = none
	record   func(*Schema) string
}

// usesSchema reports whether a subject cannot be told before the schema is known.
func (n *naming) usesSchema() bool {
	s := n.strategy
	if s == associatedName {
		s = n.fallback
	}
	return s == recordName || s == topicRecordName
}

// subject names the subject of s by a strategy other than associatedName.
func (n *naming) subject(strategy, topic string, s *Schema) (string, error) {
	if strategy == topicName {
		if n.key {
			return topic + "-key", nil
		}
		return topic + "-value", nil
	}
	name := ""
	if n.record != nil {
		name = n.record(s)
	}
	if name == "" {
		part := "value"
		if n.key {
			part = "key"
		}
		return "", Serialization(fmt.Sprintf("In configuration %s.subject.name.strategy = %s, the message %s must only be a record schema",
			part, strategy, part), nil)
	}
	if strategy == topicRecordName {
		return topic + "-" + name, nil
	}
	return name, nil
}

// Subject returns the subject of a schema of a topic. s may be nil where the strategy does not look at schemas.
func (r *Registry) Subject(topic string, s *Schema) (string, error) {
	if r.names.strategy != associatedName {
		return r.names.subject(r.names.strategy, topic, s)
	}
	name, found, err := r.associated(topic)
	switch {
	case err != nil:
		return "", err
	case found:
		return name, nil
	case r.names.fallback == "":
		return "", Serialization("No associated subject found for topic "+topic, nil)
	}
	return r.names.subject(r.names.fallback, topic, s)
}

// associated asks which subject belongs to a topic. Source: AssociatedNameStrategy.loadSubjectName.
func (r *Registry) associated(topic string) (name string, found bool, err error) {
	if a, ok := r.associations.get(topic); ok {
		return a, a != "", nil
	}
	list, err := r.client.associations(topic, r.set.cluster, r.names.key)
	var no *answer
	if errors.As(err, &no) && no.status == http.StatusNotFound {
		r.warnAssociations.Do(func() {
			r.opt.Logger.Warn("the registry knows no associations; falling back", "topic", topic, "strategy", r.names.fallback)
		})
		list, err = nil, nil
	}
	if err != nil {
		return "", false, failed(err, err.Error(), err.Error())
	}
	if len(list) > 1 {
		return "", false, Serialization("Multiple associated subjects found for topic "+topic, nil)
	}
	if len(list) == 1 {
		name = list[0].Subject
	}
	r.associations.put(topic, name)
	return name, name != "", nil
}

// ReferenceSubject returns the subject of what a schema of a topic refers to by name, as reference.subject.name.strategy
// says.
func (r *Registry) ReferenceSubject(name string) string {
	if r.set.reference == qualifiedReference {
		return strings.ReplaceAll(strings.ReplaceAll(name, ".proto", ""), "/", ".")
	}
	return name
}
