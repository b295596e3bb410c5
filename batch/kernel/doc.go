// Package kernel provides loops over column arrays that know nothing of batches: gathering, bitmaps and
// selections, hashing, comparison, sums. They make no decisions and never allocate unless they say so.
//
// Shape: a rows or sel argument is row numbers into the source; -1 means null where a function says
// so. Ownership: arguments are borrowed; results go into the caller's slices. Arrays written and read
// by one call do not overlap unless they are the same slice. Each fast loop has a plain twin beside it,
// whose answers it must give.
package kernel
