// Package mem provides the memory under columns: pooled slabs, the bump arenas cut from them, and
// their accounting.
//
// Ownership: an Arena owns its slabs until Free; whatever was cut from it is then invalid. Under the
// build tag "invariants" a freed slab is filled with 0xDB, so that late readers are seen.
// Nothing here holds Go pointers inside slabs, so the collector never scans them.
package mem
