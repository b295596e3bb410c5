package cmd

import (
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord/rest"
	"github.com/millrace/millrace/engine"
)

// ownPrefix starts the names of keys that Java does not have.
const ownPrefix = "millrace."

// standaloneDef returns the keys of a standalone worker, those of its Kafka clients left out.
// Source: StandaloneConfig.
func standaloneDef() *config.Def {
	d := config.NewDef()
	for _, k := range ownWorkerKeys() {
		d.Define(k)
	}
	for _, k := range engine.WorkerDef().Keys() {
		d.Define(k)
	}
	for _, k := range rest.Def().Keys() {
		d.Define(k)
	}
	d.Define(config.Key{Name: offsetsFileKey, Type: config.String, Required: true, Importance: config.High,
		Doc: "File to store source connector offsets"})
	for _, k := range millraceKeys() {
		d.Define(k)
	}
	return d
}

// millraceKeys are the worker's keys that Java does not have and neither the engine nor the REST server reads.
func millraceKeys() []config.Key {
	return []config.Key{
		{Name: oauthURLsKey, Type: config.List, Default: "", Validator: config.AnyNonDuplicateValues(true, false), Importance: config.Low,
			Doc: "Token endpoints that sasl.oauthbearer.token.endpoint.url may name, here and in overrides of connectors. Java reads the same from the system property org.apache.kafka.sasl.oauthbearer.allowed.urls."},
	}
}

const oauthURLsKey = "millrace.sasl.oauthbearer.allowed.urls"

// tuning says whether a key has a flag of its own.
func tuning(name string) bool { return strings.HasPrefix(name, ownPrefix) }
