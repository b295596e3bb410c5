package cmd

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/migrate"
	"github.com/millrace/millrace/engine/plugin"
)

// joinAnywayKey lets a worker join a cluster whose connectors it cannot all run.
const joinAnywayKey = ownPrefix + "join.anyway"

// mayJoin refuses to join a cluster that has connectors which this worker lacks the classes for: a leader in Java
// would give them to it, and they would fail where they ran before. It starts the store of configs, which the herder
// goes on with.
//
// Errors: the config topic cannot be read, or it holds such connectors, each of which was logged.
func (n *node) mayJoin(ctx context.Context, plugins plugin.Set, configs *store.ConfigStore) error {
	if n.config.values.Bool(joinAnywayKey) {
		return nil
	}
	if err := configs.Start(ctx); err != nil {
		return err
	}
	list, err := lacking(ctx, n.engine, plugins, configsIn(configs))
	if err != nil || len(list) == 0 {
		return err
	}
	log := n.logs.Logger(clusterCLILogger)
	for _, o := range list {
		log.Error("a connector of the cluster cannot run here", "connector", o.Connector, "kind", string(o.Kind), "key", o.Key, "class", o.Class, "why", o.Text)
	}
	return fmt.Errorf("%d things in the configs of the cluster's connectors cannot run here, as the lines above and millrace migrate check say: "+
		"with --join-anyway, or %s=true, the worker joins all the same, and what it is given of them is FAILED", len(list), joinAnywayKey)
}

// lacking returns what of the configs of a cluster's connectors this program does not have.
//
// Errors: ctx ended.
func lacking(ctx context.Context, worker *engine.Worker, plugins plugin.Set, configs map[string]map[string]string) ([]migrate.Obstacle, error) {
	var out []migrate.Obstacle
	check := migrate.Checker{Worker: worker, Plugins: plugins}
	for _, name := range connectorNames(configs) {
		list, err := check.Classes(ctx, name, configs[name])
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
