package engine

import (
	"maps"
	"strings"

	"github.com/millrace/millrace/config"
)

// clientProps lays the settings of a connector's Kafka clients in Java's layers, later ones win.
// Source: Worker.baseProducerConfigs, baseConsumerConfigs, adminConfigs.
type clientProps struct {
	worker map[string]string
	policy overridePolicy
}

// producer returns the settings of a source task's producer.
func (c clientProps) producer(clientID string, connector map[string]string) (map[string]string, error) {
	p := map[string]string{
		"bootstrap.servers":                     c.worker["bootstrap.servers"],
		"max.block.ms":                          "9223372036854775807",
		"enable.idempotence":                    "false",
		"acks":                                  "all",
		"max.in.flight.requests.per.connection": "1",
		"delivery.timeout.ms":                   "2147483647",
		"client.id":                             clientID,
	}
	return c.layer(p, "producer.", connector, producerOverride)
}

// consumer returns the settings of a sink task's consumer.
func (c clientProps) consumer(clientID, name string, connector map[string]string) (map[string]string, error) {
	p := map[string]string{
		"bootstrap.servers":  c.worker["bootstrap.servers"],
		"group.id":           "connect-" + name,
		"client.id":          clientID,
		"enable.auto.commit": "false",
		"auto.offset.reset":  "earliest",
	}
	return c.layer(p, "consumer.", connector, consumerOverride)
}

// admin returns the settings of a connector's admin client.
func (c clientProps) admin(clientID string, connector map[string]string) (map[string]string, error) {
	p := map[string]string{}
	for k, v := range c.worker {
		if !strings.HasPrefix(k, "admin.") && !strings.HasPrefix(k, "producer.") && !strings.HasPrefix(k, "consumer.") {
			p[k] = v
		}
	}
	p["client.id"] = clientID
	return c.layer(p, "admin.", connector, adminOverride)
}

func (c clientProps) layer(p map[string]string, workerPrefix string, connector map[string]string, overridePrefix string) (map[string]string, error) {
	maps.Copy(p, config.WithPrefix(c.worker, workerPrefix))
	over, err := c.policy.check(connector, overridePrefix)
	if err != nil {
		return nil, err
	}
	maps.Copy(p, over)
	return p, nil
}
