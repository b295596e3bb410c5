// Package kerberos authenticates Kafka clients by SASL's GSSAPI, which is Kerberos 5.
//
// A Mechanism logs in when a connection first needs it, from a ticket cache or a keytab, and again once the
// ticket nears its end; no goroutine waits for that. Tickets of services are asked for per broker.
// Shape: krb5.conf is read with what it includes, as MIT's library does; sections that stand in several files
// are joined.
// Errors: *Error, which says what the KDC, keytab or cache refuses, and what to do. No key is in any of them.
// Concurrency: everything here is safe for concurrent use; logins take turns.
//
// Source: Krb5LoginModule, org.apache.kafka.common.security.kerberos.KerberosLogin, SaslClientAuthenticator.
package kerberos
