// Package keystore reads keys and certificates from the stores that Java properties name: PEM text and
// files, PKCS12 and JKS files.
//
// A Source is filled from the ssl.keystore.* or the ssl.truststore.* keys of a client or server; Identity
// reads it as the former, Trusted as the latter.
//
// Errors: Java's texts where it has some. Neither passwords nor keys are in them.
// Hostile files: lengths are checked against what is left before anything is allocated, and the rounds of
// a password's derivation are bounded.
//
// Source: DefaultSslEngineFactory of kafka-clients 4.3.1; RFC 7292, RFC 8018; sun.security.provider.JavaKeyStore.
package keystore
