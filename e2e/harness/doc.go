// Package harness runs real systems for black-box tests: a Kafka broker, the Java worker, and ours.
//
// Everything is a child process on loopback with files below one temporary folder. A Suite lives as long as
// the tests of a package: it owns the one broker that all tests share and the built programs. Workers belong to a
// test; its cleanup stops them, by process id, with SIGTERM and after a limit SIGKILL. Children also die with
// the test binary, however it ends. Readiness is always asked for (by protocol or HTTP), never slept for.
//
// The Java side is resolved once by Maven from e2e/kafka/pom.xml into the cache folder, MILLRACE_CACHE or
// .cache below the repository. Where Java or Maven is missing, a test that needs them is left out and says
// so; with CI=true it fails instead.
//
// Environment: MILLRACE_CACHE the cache folder; MILLRACE_RACE=1 builds our program with the race detector;
// MILLRACE_KEEP=1 keeps the temporary folder; MILLRACE_CONSUMER_PATH and MILLRACE_PRODUCER_PATH are
// millrace.consumer.path and millrace.producer.path of our workers;
// JAVA_HOME the Java to run.
package harness
