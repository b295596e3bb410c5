// Package connectjson compares JsonConverter with the original: the stored trials of fuzz/differential
// replay without Java, and with the build tag differential new ones are asked of the oracle.
package connectjson
