package engine

import (
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/clientkeys"
	"github.com/millrace/millrace/engine/consume"
	"github.com/millrace/millrace/engine/produce"
)

// warnProducer and warnConsumer log the settings that a user gave a task's client and that change nothing
// here, and those that Java's client does not know either.
// Source: AbstractConfig.logUnused.
func (c clientProps) warnProducer(log *slog.Logger, connector map[string]string) {
	given := c.given("producer.", connector, producerOverride)
	warnIdle(log, "producer", given, produce.Idle(), clientkeys.Producer)
}

func (c clientProps) warnConsumer(log *slog.Logger, connector map[string]string) {
	given := c.given("consumer.", connector, consumerOverride)
	warnIdle(log, "consumer", given, consume.Idle(), clientkeys.Consumer)
}

// given returns the names that a user set, sorted: Connect's own defaults are not among them.
func (c clientProps) given(workerPrefix string, connector map[string]string, overridePrefix string) []string {
	all := config.WithPrefix(c.worker, workerPrefix)
	maps.Copy(all, config.WithPrefix(connector, overridePrefix))
	return slices.Sorted(maps.Keys(all))
}

func warnIdle(log *slog.Logger, client string, given, idle []string, known func() clientkeys.Keys) {
	if len(given) == 0 {
		return
	}
	keys := known()
	var without, unknown []string
	for _, name := range given {
		_, ok := keys[name]
		switch {
		case slices.Contains(idle, name), slices.Contains(idleEverywhere(), name), strings.HasPrefix(name, "metrics."):
			without = append(without, name)
		case !ok:
			unknown = append(unknown, name)
		}
	}
	if len(without) > 0 {
		log.Warn("settings of the client change nothing here", "client", client, "keys", without)
	}
	if len(unknown) > 0 {
		log.Warn("settings of the client are not known", "client", client, "keys", unknown)
	}
}

// idleEverywhere are keys of all clients that change nothing: the worker has its own metrics, and a client
// that loses all brokers starts with bootstrap.servers again in any case.
func idleEverywhere() []string {
	return []string{"metric.reporters", "metadata.recovery.strategy", "metadata.recovery.rebootstrap.trigger.ms"}
}
