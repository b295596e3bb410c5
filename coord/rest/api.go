package rest

import (
	"log/slog"

	"github.com/millrace/millrace/coord"
)

// api answers for a worker.
type api struct {
	herder  coord.Herder
	loggers coord.Loggers
	log     *slog.Logger

	version, commit           string
	topicTracking, topicReset bool // topic.tracking.enable, topic.tracking.allow.reset
}

// mainResources are the paths of the regular listeners. Source: ConnectRestServer.regularResources.
func (a *api) mainResources() resources {
	get, json := a.get, a.json
	return resources{
		{path("/"), map[string]*method{"GET": {do: a.serverInfo}}},
		{path("/health"), map[string]*method{"GET": {do: a.health}}},

		{path("/connectors"), map[string]*method{"GET": get(a.listConnectors), "POST": json(a.createConnector)}},
		{path("/connectors/{connector}"), map[string]*method{"GET": get(a.connector), "DELETE": json(a.deleteConnector)}},
		{path("/connectors/{connector}/config"), map[string]*method{"GET": get(a.config), "PUT": json(a.putConfig), "PATCH": json(a.patchConfig)}},
		{path("/connectors/{connector}/status"), map[string]*method{"GET": get(a.status)}},
		{path("/connectors/{connector}/topics"), map[string]*method{"GET": get(a.activeTopics)}},
		{path("/connectors/{connector}/topics/reset"), map[string]*method{"PUT": json(a.resetTopics)}},
		{path("/connectors/{connector}/offsets"), map[string]*method{"GET": get(a.offsets), "PATCH": json(a.alterOffsets), "DELETE": json(a.resetOffsets)}},
		{path("/connectors/{connector}/pause"), map[string]*method{"PUT": json(a.pause)}},
		{path("/connectors/{connector}/resume"), map[string]*method{"PUT": json(a.resume)}},
		{path("/connectors/{connector}/stop"), map[string]*method{"PUT": json(a.stop)}},
		{path("/connectors/{connector}/restart"), map[string]*method{"POST": json(a.restart)}},
		{path("/connectors/{connector}/tasks"), map[string]*method{"GET": get(a.tasks), "POST": {open: true, do: a.putTaskConfigs}}},
		{path("/connectors/{connector}/tasks/{task}/status"), map[string]*method{"GET": get(a.taskStatus)}},
		{path("/connectors/{connector}/tasks/{task}/restart"), map[string]*method{"POST": json(a.restartTask)}},
		{path("/connectors/{connector}/fence"), map[string]*method{"PUT": {open: true, do: a.fence}}},

		{path("/connector-plugins"), map[string]*method{"GET": get(a.plugins)}},
		{path("/connector-plugins/{plugin}/config"), map[string]*method{"GET": get(a.pluginConfig)}},
		{path("/connector-plugins/{plugin}/config/validate"), map[string]*method{"PUT": json(a.validate)}},
	}
}

// adminResources are the paths of the admin listeners, or of the regular ones where there are no others.
// Source: ConnectRestServer.adminResources.
func (a *api) adminResources() resources {
	return resources{
		{path("/admin/loggers"), map[string]*method{"GET": a.get(a.listLoggers)}},
		{path("/admin/loggers/{logger}"), map[string]*method{"GET": a.get(a.logger), "PUT": a.json(a.setLevel)}},
	}
}

// json is a method of a resource that takes JSON. Also one without a body refuses other media types, as
// Java's classes declare them together.
func (a *api) json(do handlerFunc) *method { return &method{json: true, do: do} }

// get is json under the name that reads well.
func (a *api) get(do handlerFunc) *method { return a.json(do) }
