// Package rest is the REST API of a worker, as Kafka Connect 4.3.1 has it: its paths, codes, bodies and
// media types, its listeners and their security.
//
// A Server is made from the worker's properties. New binds the ports, so that the worker knows its own
// address before anything else starts; Serve answers; until Ready brings the herder, every path is a 404
// page, as with Connect's own server.
//
// A request goes this way: headers of all answers, CORS, the table of resources (404, 405), media types
// (415, 406), the gate (401), the role that the method needs (403), the handler of the method, with a time
// limit of 90 s. What a handler returns as an error is a *coord.RequestError, or becomes status 500 with its
// text. Where the herder says that another worker has to serve it (coord.ElsewhereError), it is forwarded
// there by Client, over two hops at most.
//
// The gate knows identities: users with passwords (the extension of Connect), common names of client
// certificates, users of tokens (OpenID Connect). Grants of roles say what each may do with which connectors.
//
// Where it answers otherwise than the original: a body that cannot be read, or says nothing, is the client's
// fault (400, not 500 with a parser's or a null pointer's text); %2F and %25 in paths are taken, as releases
// before 4 do; requests of browsers that come from another site are refused unless CORS allows them;
// bodies, paths and headers have limits.
//
// Source: RestServer, RestServerConfig, ConnectRestServer, RestClient, HerderRequestHandler, the classes of
// runtime.rest.resources and runtime.rest.entities, ConnectExceptionMapper; Jersey's routing where it shows.
package rest
