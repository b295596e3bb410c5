// Package config provides the config definitions that every part of the worker and every plugin uses:
// typed keys with defaults and validators, their parsing and validation, Java properties files,
// ${provider:path:key} variables, secrets that never print, and generated reference tables.
//
// Shape: a Def lists Keys in declaration order. Def.Parse turns text into Values and stops at the
// first error; Def.Validate turns text into one ConfigValue per key with all errors.
// A parsed value is nil (Java null), bool, string (STRING and CLASS), int32, int16, int64, float64,
// []string or Secret (PASSWORD).
//
// Errors: what a user can see is a *ConfigException with the text of the Java original.
// Concurrency: a Def is built by one goroutine and may then be read by many; Values, Transformer and
// the providers are safe for concurrent use.
//
// Not here: loading of classes (CLASS values stay names, see Options.ClassExists), and the keys
// themselves, which stand beside the code that reads them.
//
// Source: org.apache.kafka.common.config of kafka-clients 4.3.1, java.util.Properties.
package config
