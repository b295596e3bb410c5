// Package protocol models the conformance protocol: schemas, values and records as they travel between a client and a process
// that answers with the original Java classes or with this project's engine.
//
// Strings are WTF-8: UTF-8 in which a lone UTF-16 surrogate stands as its own three bytes, because Java strings hold such
// surrogates and the protocol must carry them. Nothing here knows what the right answer is.
package protocol
