package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/kafka"
)

// NewTopic is a topic as it is created. -1 leaves a number to the brokers. Source: TopicAdmin.NewTopicBuilder.
type NewTopic struct {
	Name              string
	Partitions        int32
	ReplicationFactor int16
	Settings          map[string]string // cleanup.policy is compact whatever they say
}

// lookUpMax is how long brokers may take to tell of a new topic. Source: KafkaBasedLog.CREATE_TOPIC_TIMEOUT_NS.
const lookUpMax = 30 * time.Second

// ensureTopic creates the topic, or checks what there is of it.
// Source: KafkaTopicBasedBackingStore.topicInitializer.
func (l *Log) ensureTopic(ctx context.Context) error {
	created, err := l.createPatiently(ctx)
	if err != nil || created {
		return err
	}
	return l.checkCleanupPolicy(ctx)
}

// createPatiently tries again while there are too few brokers, or none that answers.
// Source: TopicAdmin.createTopicsWithRetry.
func (l *Log) createPatiently(ctx context.Context) (created bool, err error) {
	v, err := clientDef().Parse(l.adminProperties())
	if err != nil {
		return false, err
	}
	most := time.Duration(v.Int32("default.api.timeout.ms")) * time.Millisecond
	until := time.Now().Add(most)
	for {
		created, err := l.create(ctx)
		left := time.Until(until)
		if err == nil || left <= 0 || ctx.Err() != nil || !(errors.Is(err, kerr.InvalidReplicationFactor) || timedOut(err)) {
			return created, err
		}
		l.log.Info("topic creation failed, retrying", "err", err, "cause", errors.Unwrap(err), "left", left.Round(time.Millisecond))
		connectors.Wait(ctx, time.Duration(v.Int64("retry.backoff.ms"))*time.Millisecond)
	}
}

// timedOut reports whether brokers did not answer.
func timedOut(err error) bool {
	var ke *kerr.Error
	return errors.Is(err, kerr.RequestTimedOut) || !errors.As(err, &ke)
}

// create creates the topic unless it exists; a worker without the right to do so takes it to exist.
// Source: TopicAdmin.createOrFindTopics.
func (l *Log) create(ctx context.Context) (created bool, err error) {
	t := l.o.Topic
	settings := map[string]*string{}
	for k, v := range t.Settings {
		settings[k] = &v
	}
	policy := compact
	settings[cleanupPolicy] = &policy
	answer, err := kadm.NewClient(l.admin).CreateTopic(ctx, t.Partitions, t.ReplicationFactor, settings, t.Name)
	if answer.Err != nil {
		err = answer.Err
	}
	if err != nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	switch {
	case err == nil:
		crash.At(crash.InternalTopic)
		l.log.Info("internal topic created", "partitions", answer.NumPartitions, "replication_factor", answer.ReplicationFactor)
		return true, nil
	case errors.Is(err, kerr.TopicAlreadyExists):
		return false, nil
	case errors.Is(err, kerr.UnsupportedVersion) || refused(err):
		l.log.Debug("internal topic not created, it is taken to exist", "err", err)
		if refused(err) {
			l.needs = kafka.Needs(l.admin, "Create on topic "+t.Name)
		}
		return false, nil
	case errors.Is(err, kerr.InvalidConfig):
		return false, errorf(err, "Unable to create topic(s) '%s': %s", t.Name, answer.ErrMessage)
	case timedOut(err):
		return false, errorf(err, "Timed out while checking for or creating topic(s) '%s'. This could indicate a connectivity issue, unavailable topic partitions, or if this is your first use of the topic it may have taken too long to create.", t.Name)
	}
	return false, errorf(err, "Error while attempting to create/find topic(s) '%s'", t.Name)
}

// checkCleanupPolicy refuses a topic that would lose records, where the worker may look.
// Source: TopicAdmin.verifyTopicCleanupPolicyOnlyCompact.
func (l *Log) checkCleanupPolicy(ctx context.Context) error {
	policy, err := l.policy(ctx)
	if err != nil {
		return err
	}
	name, key, purpose := l.o.Topic.Name, l.o.TopicKey, l.o.Purpose
	if len(policy) == 0 {
		l.log.Info("Unable to use admin client to verify the cleanup policy of '" + name + "' topic is 'compact', either because the broker is an older version or because the Kafka principal used for Connect internal topics does not have the required permission to describe topic configurations.")
		return nil
	}
	if len(policy) == 1 && policy[0] == compact {
		return nil
	}
	return config.NewException(key, "Topic '"+name+"' supplied via the '"+key+"' property is required to have 'cleanup.policy=compact' to guarantee consistency and durability of "+
		purpose+", but found the topic currently has 'cleanup.policy="+strings.Join(policy, ",")+"'. Continuing would likely result in eventually losing "+
		purpose+" and problems restarting this Connect cluster in the future. Change the '"+key+"' property in the Connect worker configurations to use a topic with 'cleanup.policy=compact'.")
}

// policy returns the cleanup policies of the topic, in the order of a HashSet; none where they cannot be seen.
// Source: TopicAdmin.topicCleanupPolicy.
func (l *Log) policy(ctx context.Context) ([]string, error) {
	topic := l.o.Topic.Name
	found, err := kadm.NewClient(l.admin).DescribeTopicConfigs(ctx, topic)
	if err == nil && len(found) == 1 {
		err = found[0].Err
	}
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition) || errors.Is(err, kerr.UnsupportedVersion) || refused(err):
		return nil, nil
	case err != nil && timedOut(err):
		return nil, errorf(err, "Timed out while waiting to describe topic config for topic '%s' on brokers at %s", topic, l.adminProperties()["bootstrap.servers"])
	case err != nil:
		return nil, errorf(err, "Error while attempting to describe topic config for topic '%s' on brokers at %s", topic, l.adminProperties()["bootstrap.servers"])
	}
	var policies []string
	for _, f := range found {
		for _, c := range f.Configs {
			if c.Key != cleanupPolicy || c.Value == nil {
				continue
			}
			for p := range strings.SplitSeq(*c.Value, ",") {
				if p = strings.ToLower(strings.TrimSpace(p)); p != "" && !slices.Contains(policies, p) {
					policies = append(policies, p)
				}
			}
		}
	}
	out := make([]string, 0, len(policies))
	for _, at := range java.HashMapOrder(policies) {
		out = append(out, policies[at])
	}
	return out, nil
}

// lookUp returns the number of the topic's partitions; brokers may create it meanwhile, or by themselves.
// Source: KafkaBasedLog.start.
func (l *Log) lookUp(ctx context.Context) (int, error) {
	until := time.Now().Add(lookUpMax)
	wait := retryFirst
	for {
		t, err := l.describe(ctx, l.autoCreate())
		switch {
		case err == nil && len(t.Partitions) > 0:
			return len(t.Partitions), nil
		case refused(err):
			return 0, errorf(err, "%s", kafka.Denied(l.admin, err, "Describe", l.o.Topic.Name))
		case time.Now().After(until) || ctx.Err() != nil:
			return 0, errorf(errors.Join(err, ctx.Err()), "Could not look up partition metadata for topic '%s' in the allotted period. This could indicate a connectivity issue, unavailable topic partitions, or if this is your first use of the topic it may have taken too long to create.%s", l.o.Topic.Name, l.needs)
		}
		connectors.Wait(ctx, wait)
		wait = min(2*wait, retryMost)
	}
}

func (l *Log) autoCreate() bool {
	v, err := clientDef().Parse(l.readerProperties())
	return err == nil && v.Bool("allow.auto.create.topics")
}

// describe asks for the topic.
func (l *Log) describe(ctx context.Context, create bool) (*kmsg.MetadataResponseTopic, error) {
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = kmsg.StringPtr(l.o.Topic.Name)
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = append(req.Topics, t)
	req.AllowAutoTopicCreation = create
	answer, err := req.RequestWith(ctx, l.admin)
	if err != nil {
		return nil, err
	}
	if len(answer.Topics) != 1 {
		return nil, kerr.UnknownTopicOrPartition
	}
	return &answer.Topics[0], kerr.ErrorForCode(answer.Topics[0].ErrorCode)
}

// topicID returns the topic's id, zero where brokers have none.
func (l *Log) topicID(ctx context.Context) ([16]byte, error) {
	t, err := l.describe(ctx, false)
	if err != nil {
		return [16]byte{}, err
	}
	return t.TopicID, nil
}

// checkPartitions refuses several where there may be one only. Source: KafkaConfigBackingStore.start.
func (l *Log) checkPartitions(n int) error {
	if !l.o.OneOnly || n == 1 {
		return nil
	}
	return config.NewException(l.o.TopicKey, "Topic '"+l.o.Topic.Name+"' supplied via the '"+l.o.TopicKey+"' property is required to have a single partition in order to guarantee consistency of "+
		l.o.Purpose+", but found "+config.JavaText(int32(n))+" partitions.")
}
