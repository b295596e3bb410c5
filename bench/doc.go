// Package bench measures the same work on this project and on the original, in one run on one machine.
//
// Three kinds of cases: converters and transforms in process, one goroutine against one thread (converters.go,
// chains.go, transforms.go; bench/java runs the original classes); whole workers on one broker (the test TestCompare, build tag bench): a
// sink that forgets what it gets, and a source that generates records; and capturing of PostgreSQL (cases cdc/), beside
// Debezium and the server's own clients on the same changes. What counts is processor time of the
// worker process per record: records per second depend on what else the machine has to do.
//
// TestCluster measures clusters: "make bench-cluster". "make bench" prints the table and writes the same numbers as JSON. Micro benchmarks stand beside the code.
package bench
