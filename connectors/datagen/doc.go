// Package datagen generates records: load for tests and measurements, by columns.
//
// # Records
//
// Record g is a function of the seed and of g alone: a restart goes on where it was, and two runs with
// one seed produce the same records. With n tasks, task i makes the records i, i+n, i+2n and so on, so
// that all tasks together make the records that one would. The source partition is {"task": i, "tasks": n},
// the offset {"records": k}, the records that the task has made; another number of tasks starts over.
//
// # Shapes
//
// The key schema is the name of a built-in shape (orders, users, metrics), or a shape in text: fields,
// separated by commas, each a name, a type and, behind =, where its values come from. A name in front
// of parentheses around the fields becomes the name of the struct schema:
//
//	shop.Click(id int64 = sequence, page string = oneof(home, cart, "the shop"), ms int32? = range(1, 900) nulls(10))
//
// Types: int8 int16 int32 int64 float32 float64 boolean string bytes date timestamp. A ? behind the type
// makes the field optional.
//
//	sequence             g; sequence(start), sequence(start, step)           integers, timestamp, date
//	range(lo, hi)        equally likely, both bounds included                integers, timestamp, date, floats
//	range(lo, hi, d)     the same with d decimals, 0 to 6; without d: 3      floats
//	oneof(a, b, null)    one of the values; null needs an optional field     all
//	chance(p)            true in p percent                                   boolean
//	text(n)              n of a-z and 2-7; text(lo, hi): a length between    string, bytes
//	pattern("AB-##")     each # is a digit                                   string, bytes
//	nulls(p)             behind any of these: null in p percent              optional fields
//
// Without = a field has the range of its type (dates and timestamps: the year 2024, floats: 0 to 1
// with 6 decimals), chance(50) or text(8, 16). Dates are days, timestamps milliseconds since 1970.
//
// The columns are plain but those of oneof, which are dictionaries.
package datagen
