// Package restscript sends the same list of REST requests to two workers and compares what they answer.
//
// A script is a text file of cases. A case has a name, steps that prepare it, and one request:
//
//	== status of a running source
//	lines in.txt 3
//	wait /connectors/src/status /connector/state RUNNING
//	wait /connectors/gone 404
//	GET /connectors/src/status?x=1
//	Accept: application/json
//
//	optional body
//
// Steps: "lines NAME N" writes N numbered lines to NAME in the worker's data folder, "wait PATH STATUS"
// polls until a GET is answered so, "wait PATH POINTER VALUE" until the JSON value at POINTER has that
// text, or any for *. The request goes out byte for byte, so broken paths and bodies are possible; with a
// body and no Content-Type, application/json is added, "Content-Type: none" leaves it out. ${dir}, ${worker},
// ${bootstrap} and ${run} are filled in, and put back in answers before they are compared.
//
// A golden file holds the answers of the original in a form that does not depend on where it ran. Rules
// say, with a reason each, which parts of an answer may differ. This package knows nothing of Kafka and
// starts no process.
package restscript
