package rest

import (
	"log/slog"
	"net/url"

	"github.com/millrace/millrace/coord"
)

// api answers for a worker.
type api struct {
	herder  coord.Herder
	loggers coord.Loggers
	log     *slog.Logger

	version, commit           string
	topicTracking, topicReset bool // topic.tracking.enable, topic.tracking.allow.reset
	signed                    bool // what workers ask each other must be signed, whatever the group's protocol
	watchdog                  coord.Watchdog
	letters                   Letters
	peers                     *Client
	self                      *url.URL // as advertised
}

// mainResources are the paths of the regular listeners. Methods without a role are for all who were let in.
// Source: ConnectRestServer.regularResources.
func (a *api) mainResources() resources {
	return append(resources{
		{path("/"), map[string]*method{"GET": {do: a.serverInfo}}},
		{path("/health"), map[string]*method{"GET": {do: a.health}}},

		{path("/connectors"), map[string]*method{"GET": local(a.listConnectors), "POST": some(roleEdit, forwarded(a.createConnector))}},
		{path("/connectors/{connector}"), map[string]*method{"GET": viewer(a.connector), "DELETE": editor(forwarded(a.deleteConnector))}},
		{path("/connectors/{connector}/config"), map[string]*method{
			"GET": viewer(a.config), "PUT": editor(forwarded(a.putConfig)), "PATCH": editor(forwarded(a.patchConfig)),
		}},
		{path("/connectors/{connector}/status"), map[string]*method{"GET": viewer(a.status)}},
		{path("/connectors/{connector}/health"), map[string]*method{"GET": viewer(a.connectorHealth)}},
		{path("/connectors/{connector}/topics"), map[string]*method{"GET": viewer(a.activeTopics)}},
		{path("/connectors/{connector}/topics/reset"), map[string]*method{"PUT": operator(local(a.resetTopics))}},
		{path("/connectors/{connector}/offsets"), map[string]*method{
			"GET": viewer(a.offsets), "PATCH": editor(forwarded(a.alterOffsets)), "DELETE": editor(forwarded(a.resetOffsets)),
		}},
		{path("/connectors/{connector}/pause"), map[string]*method{"PUT": operator(local(a.pause))}},
		{path("/connectors/{connector}/resume"), map[string]*method{"PUT": operator(local(a.resume))}},
		{path("/connectors/{connector}/stop"), map[string]*method{"PUT": operator(forwarded(a.stop))}},
		{path("/connectors/{connector}/restart"), map[string]*method{"POST": operator(forwarded(a.restart))}},
		{path("/connectors/{connector}/tasks"), map[string]*method{"GET": viewer(a.tasks), "POST": worker(a.putTaskConfigs)}},
		{path("/connectors/{connector}/tasks/{task}/status"), map[string]*method{"GET": viewer(a.taskStatus)}},
		{path("/connectors/{connector}/tasks/{task}/restart"), map[string]*method{"POST": operator(forwarded(a.restartTask))}},
		{path("/connectors/{connector}/fence"), map[string]*method{"PUT": worker(a.fence)}},

		{path("/connector-plugins"), map[string]*method{"GET": some(roleView, local(a.plugins))}},
		{path("/connector-plugins/{plugin}/config"), map[string]*method{"GET": some(roleView, local(a.pluginConfig))}},
		{path("/connector-plugins/{plugin}/config/validate"), map[string]*method{"PUT": some(roleEdit, local(a.validate))}},
	}, a.dlqResources()...)
}

// adminResources are the paths of the admin listeners, or of the regular ones where there are no others.
// Source: ConnectRestServer.adminResources.
func (a *api) adminResources() resources {
	return resources{
		{path("/admin/loggers"), map[string]*method{"GET": all(roleView, a.listLoggers)}},
		{path("/admin/loggers/{logger}"), map[string]*method{"GET": all(roleView, a.logger), "PUT": all(roleEdit, a.setLevel)}},
	}
}

// local is a method that each worker serves itself. Also one without a body refuses other media types than
// JSON, as Java's classes declare them together.
func local(do handlerFunc) *method { return &method{json: true, do: do} }

// forwarded is a method that one worker of a cluster serves: the others hand it on.
func forwarded(do handlerFunc) *method { return &method{json: true, forwards: true, do: do} }

// worker is a method that workers use among each other, with signatures and bodies of any media type.
func worker(do handlerFunc) *method { return &method{open: true, forwards: true, do: do} }

// viewer, operator and editor are methods for those who have the role for the connector in the path.
func viewer(do handlerFunc) *method { return needs(local(do), roleView, scopeNamed) }
func operator(m *method) *method    { return needs(m, roleOperate, scopeNamed) }
func editor(m *method) *method      { return needs(m, roleEdit, scopeNamed) }

// some is a method for those who have a role for any connector.
func some(r role, m *method) *method { return needs(m, r, scopeSome) }

// all is a method for those who have a role for every connector.
func all(r role, do handlerFunc) *method { return needs(local(do), r, scopeAll) }

func needs(m *method, r role, s scope) *method {
	m.role, m.scope = r, s
	return m
}
