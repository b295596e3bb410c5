package mirror

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// topicConfig is one config of a topic.
type topicConfig struct {
	name      string
	value     *string
	isDefault bool // Kafka's own default
}

// topicConfigs returns the configs of topics that may be copied: no secrets, nothing read-only, nothing from a broker's file,
// and what the filter takes. Source: MirrorSourceConnector.describeTopicConfigs, targetConfig.
func (a *admin) topicConfigs(ctx context.Context, topics []string, f *propertyFilter) (map[string][]topicConfig, error) {
	out := map[string][]topicConfig{}
	if len(topics) == 0 {
		return out, nil
	}
	req := kmsg.NewPtrDescribeConfigsRequest()
	for _, t := range topics {
		r := kmsg.NewDescribeConfigsRequestResource()
		r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, t
		req.Resources = append(req.Resources, r)
	}
	resp, err := req.RequestWith(ctx, a.client)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: describe configs: %w", a.alias, err)
	}
	for _, r := range resp.Resources {
		if err := answer(r.ErrorCode, r.ErrorMessage); err != nil {
			return nil, fmt.Errorf("cluster %q: describe configs of topic %q: %w", a.alias, r.ResourceName, err)
		}
		list := []topicConfig{}
		for _, c := range r.Configs {
			if c.ReadOnly || c.IsSensitive || c.Source == kmsg.ConfigSourceStaticBrokerConfig {
				continue
			}
			ok, err := f.takes(c.Name)
			if err != nil {
				return nil, err
			}
			if ok {
				list = append(list, topicConfig{c.Name, c.Value, c.Source == kmsg.ConfigSourceDefaultConfig})
			}
		}
		out[r.ResourceName] = list
	}
	return out, nil
}

// withoutDefaults returns the configs that a new topic gets: defaults of the source only where the filter says so.
func (f *propertyFilter) withoutDefaults(list []topicConfig) []topicConfig {
	var out []topicConfig
	for _, c := range list {
		if c.value != nil && (!c.isDefault || f.defaults) {
			out = append(out, c)
		}
	}
	return out
}

// alterConfigs makes configs of topics those given: set, or deleted where the source has a default that is not copied.
// Answers are by topic. Source: MirrorSourceConnector.incrementalAlterConfigs.
func (a *admin) alterConfigs(ctx context.Context, topics map[string][]topicConfig, f *propertyFilter) (map[string]error, error) {
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	for name, list := range topics {
		r := kmsg.NewIncrementalAlterConfigsRequestResource()
		r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, name
		for _, c := range list {
			rc := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
			rc.Name, rc.Value, rc.Op = c.name, c.value, kmsg.IncrementalAlterConfigOpSet
			if c.isDefault && !f.defaults {
				rc.Op = kmsg.IncrementalAlterConfigOpDelete
			}
			r.Configs = append(r.Configs, rc)
		}
		req.Resources = append(req.Resources, r)
	}
	out := map[string]error{}
	if len(req.Resources) == 0 {
		return out, nil
	}
	resp, err := req.RequestWith(ctx, a.client)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: alter configs: %w", a.alias, err)
	}
	for _, r := range resp.Resources {
		out[r.ResourceName] = answer(r.ErrorCode, r.ErrorMessage)
	}
	return out, nil
}

// syncConfigs gives the copies the configs of their topics.
func (c *sourceConnector) syncConfigs(ctx context.Context) error {
	configs, err := c.from.topicConfigs(ctx, c.copied(), c.properties)
	if err != nil {
		return err
	}
	remote := make(map[string][]topicConfig, len(configs))
	for topic, list := range configs {
		remote[c.remote(topic)] = list
	}
	answers, err := c.to.alterConfigs(ctx, remote, c.properties)
	if err != nil {
		return err
	}
	for topic, err := range answers {
		switch {
		case errors.Is(err, kerr.UnsupportedVersion):
			c.context.RaiseError(tooOld(c.set.target, err))
		case err != nil:
			c.log.Warn("configs of topic could not be altered", "topic", topic, "err", err)
		}
	}
	return nil
}
