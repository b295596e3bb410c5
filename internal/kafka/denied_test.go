package kafka

import (
	"errors"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Each refusal has Java's class and words, and says who needs what.
func TestDenied(t *testing.T) {
	anna := map[string]string{
		"bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512",
		"sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required username=anna password=CANARY;",
	}
	someone := map[string]string{"bootstrap.servers": "127.0.0.1:1"}
	const errorClass = "org.apache.kafka.common.errors."
	for _, c := range []struct {
		properties  map[string]string
		opts        []kgo.Opt
		err         error
		class, want string
	}{
		{anna, nil, kerr.TopicAuthorizationFailed, "TopicAuthorizationException", "Not authorized to access topics: [orders] (User:anna needs Write on topic orders)"},
		{someone, nil, fmt.Errorf("more: %w", kerr.TopicAuthorizationFailed), "TopicAuthorizationException", "Not authorized to access topics: [orders] (the client's principal needs Write on topic orders)"},
		{anna, []kgo.Opt{kgo.ConsumerGroup("connect-s")}, kerr.GroupAuthorizationFailed, "GroupAuthorizationException", "Not authorized to access group: connect-s (User:anna needs Read on group connect-s)"},
		{anna, []kgo.Opt{kgo.TransactionalID("g-c-0")}, kerr.TransactionalIDAuthorizationFailed, "TransactionalIdAuthorizationException", "Transactional Id authorization failed. (User:anna needs Write and Describe on transactional id g-c-0)"},
		{anna, nil, kerr.TransactionalIDAuthorizationFailed, "TransactionalIdAuthorizationException", "Transactional Id authorization failed. (User:anna needs Write and Describe on transactional id orders)"},
		{anna, nil, kerr.ClusterAuthorizationFailed, "ClusterAuthorizationException", "Cluster authorization failed. (User:anna needs IdempotentWrite on the cluster)"},
	} {
		cl, err := NewClient(c.properties, c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		have := Denied(cl, c.err, "Write", "orders")
		cl.Close()
		var denied *DeniedError
		var code *kerr.Error
		if !errors.As(have, &denied) || denied.JavaClass() != errorClass+c.class || denied.Error() != c.want {
			t.Errorf("%v: %v, want %s", c.err, have, c.want)
		}
		if !errors.As(have, &code) || !errors.Is(c.err, code) || errors.Unwrap(have) != nil {
			t.Errorf("%v: the brokers' answer is %v", c.err, code)
		}
		if again := Denied(nil, have, "Read", "other"); again.Error() != c.want {
			t.Errorf("worded twice: %v", again)
		}
	}
	for _, err := range []error{nil, errors.New("any"), kerr.NotLeaderForPartition} {
		if have := Denied(nil, err, "Write", "orders"); !errors.Is(have, err) || errors.As(have, new(*DeniedError)) {
			t.Errorf("%v became %v", err, have)
		}
	}
}
