// Package outbound makes HTTP clients that fetch keys and tokens from hosts that a config names.
//
// They stay on the host that they were sent to: a redirect to another one ends a request. A guarded one connects
// to no address at which clouds and links tell secrets to whoever asks: link-local addresses, and those of the
// metadata of clouds. Addresses are looked at when a connection is made, after names were resolved: a name
// that changes what it stands for gains nothing. Where a proxy of the environment is used the proxy is connected
// to, and only addresses written out in a URL can be looked at.
package outbound
