// Package regex matches as java.util.regex does: its syntax, its error texts, its order of alternatives.
//
// A Pattern is a tree of nodes that a backtracking matcher walks, as the original does, so that lookaround,
// back references, possessive quantifiers and groups in repetitions give the original's answers. A match
// that takes longer than its limit ends with an error: the original would go on.
//
// Patterns are immutable and may be shared. Positions are bytes of UTF-8 text; characters are code points.
//
// Refused by name, unlike the original: blocks (\p{InGreek}), \X, \b{g} and \N{…}. CANON_EQ does not exist.
package regex
