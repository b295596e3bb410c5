// Package engine is the data plane: it runs connectors and tasks. What a batch goes through lives in
// the subfolders: consume, stage, produce, offset, errant. It does not know who decided that a task
// runs here, nor where offsets end up.
package engine
