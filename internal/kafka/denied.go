package kafka

import (
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
)

// DeniedError is a right that brokers deny a client, in Java's words, and behind them who needs which right.
type DeniedError struct {
	Class, Text string

	code error // the brokers' answer
}

// Error is the text.
func (e *DeniedError) Error() string { return e.Text }

// JavaClass is the class that Java throws.
func (e *DeniedError) JavaClass() string { return e.Class }

// Is finds the brokers' answer, which is no cause of its own: Java has one exception for both.
func (e *DeniedError) Is(target error) bool { return errors.Is(e.code, target) }

// As finds the brokers' answer.
func (e *DeniedError) As(target any) bool { return errors.As(e.code, target) }

// Denied returns a *DeniedError in place of an error that says that a right is missing, and err itself otherwise.
// right is what cl needed for what it did, name the topic or the transactional id that it did it with; a group and
// an own transactional id are the client's.
// Source: Errors, TopicAuthorizationException, GroupAuthorizationException.
func Denied(cl *kgo.Client, err error, right, name string) error {
	var already *DeniedError
	var code *kerr.Error
	if err == nil || errors.As(err, &already) || !errors.As(err, &code) {
		return err
	}
	const prefix = "org.apache.kafka.common.errors."
	e := &DeniedError{code: code}
	needs := right + " on topic " + name
	switch code {
	case kerr.TopicAuthorizationFailed:
		e.Class, e.Text = prefix+"TopicAuthorizationException", "Not authorized to access topics: ["+name+"]"
	case kerr.GroupAuthorizationFailed:
		group, _ := cl.OptValue(kgo.ConsumerGroup).(string)
		e.Class, e.Text = prefix+"GroupAuthorizationException", "Not authorized to access group: "+group
		needs = "Read on group " + group
	case kerr.TransactionalIDAuthorizationFailed:
		if own, ok := cl.OptValue(kgo.TransactionalID).(string); ok && own != "" {
			name = own
		}
		e.Class, e.Text = prefix+"TransactionalIdAuthorizationException", "Transactional Id authorization failed."
		needs = "Write and Describe on transactional id " + name
	case kerr.ClusterAuthorizationFailed:
		e.Class, e.Text = prefix+"ClusterAuthorizationException", "Cluster authorization failed."
		if right == "Write" { // that is a topic's
			right = "IdempotentWrite"
		}
		needs = right + " on the cluster"
	default:
		return err
	}
	e.Text += Needs(cl, needs)
	return e
}

// Needs is what stands behind Java's words where a right is missing: who needs which.
func Needs(cl *kgo.Client, right string) string {
	return " (" + principal(cl) + " needs " + right + ")"
}

// principal is whom brokers take the client for, as far as the client knows: what they make of certificates and
// tokens is theirs.
func principal(cl *kgo.Client) string {
	mechanisms, _ := cl.OptValue(kgo.SASL).([]sasl.Mechanism)
	for _, m := range mechanisms {
		if known, ok := m.(interface{ User() string }); ok && known.User() != "" {
			return "User:" + known.User()
		}
	}
	return "the client's principal"
}

// asUser is a mechanism whose user is known.
type asUser struct {
	sasl.Mechanism
	user string
}

// User is the name that brokers know.
func (u asUser) User() string { return u.user }
