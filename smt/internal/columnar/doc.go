// Package columnar is what the sets of transforms share: a columnar form beside its plain twin, the half of
// a record that a transform works on, selections of rows, and columns and schemas of structs as Java's Struct
// and SchemaBuilder have them.
//
// Selections: nil means all rows of the batch, as in batch.Selection; without rows they are empty, not nil.
// What is made lives in the batch's arena. Nothing here is safe for concurrent use.
package columnar
