// Package connectortest is the kit that every connector runs. It drives a class through the SDK alone,
// as a worker would, and fails the test where the class breaks a promise of package connectors:
//
//	func TestSource_KeepsTheContract(t *testing.T) {
//		connectortest.Run(t, connectortest.Source{
//			Class:  file.Classes()[0],
//			Config: func(t testing.TB) map[string]string { return map[string]string{"file": write(t), "topic": "lines"} },
//			Rows:   40,
//		})
//	}
//
// # What is checked
//
//	class       name, task class, version, a def whose keys have docs; every instance is a new one
//	config      a good config passes; a missing required key, a text for a number and every Refusal are
//	            refused under the name of the key, by the def and by Start
//	start, stop stopping without work, after a failed start, and in the middle of everything
//	interrupt   a Poll or Put whose context ends returns, and loses nothing
//	delivery    batches are whole, positions are maps of primitives, rows come in order
//	resume      sources: killed after any poll, with any prefix of the rows committed, a new task goes on
//	            behind the committed offset; nothing is lost
//	redelivery  sinks: killed after any put, flushed or not, all rows are there after the rows since the
//	            last commit came again
//	selection   sinks: only selected rows that did not fail are written; forked batches keep their order
//	retriable   with Break: the failure says that it may be retried, and repair lets the same work pass
//	errant      with Bad: refused rows are reported and the others written; without tolerance Put fails
//	leaks       after each check: no slab, batch, goroutine or file descriptor stays behind
//
// Memory of a batch is taken away when Put returns: under the build tag "invariants" a sink that kept
// rows without Retain reads poison. Checks of one class run one after another; tests that use the kit
// must not be parallel, as goroutines and descriptors are counted for the whole process.
//
// SourceContext, SinkContext, ConnectorContext and Offsets are the worker's side, for tests of a plugin's
// own.
package connectortest
