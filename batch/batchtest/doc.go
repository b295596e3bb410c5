// Package batchtest makes batches for tests: from text, or at random from a seed, and compares them.
//
// Text is the form of batch.Batch.AppendText. Batches belong to the caller, who releases them.
package batchtest
