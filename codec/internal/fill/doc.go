// Package fill makes columns that a decoder fills row by row, whatever the order in which values come: the rows of a batch,
// whose arrays are the batch's from the start, and elements of arrays and maps, whose number is known only at the end.
//
// A Domain is columns that have rows in common; a Column is one of them. A row has zeros, empty text (or Initial) and,
// where nulls are possible, null until it is set.
//
// Memory: arrays of elements belong to the Domain and are kept between batches; Finish copies them into the batch.
// One goroutine at a time.
package fill
