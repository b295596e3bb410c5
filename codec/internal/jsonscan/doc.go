// Package jsonscan reads and writes JSON text as the Jackson library does inside Kafka's JSON converters.
//
// Shape: Parse gives a tree of Nodes, with Jackson's leniencies (leading zeros, duplicate members, what
// follows the first value is ignored) and its limits (1,000 levels, numbers of 1,000 digits, names of
// 50,000 bytes, texts of 20,000,000 characters). A Tape says the same of a text in a fraction of the memory.
// Cursor functions (String, Number, …) scan one token of
// plain UTF-8 text without allocating; whatever is unusual they leave to Parse. Append functions write
// text as Jackson's UTF-8 generator.
//
// Texts are WTF-8: UTF-8 in which a lone UTF-16 surrogate, which a Java string may hold and an escape
// may write, stands as its own three bytes.
//
// Ownership: arguments are borrowed until return; a Node owns its texts. No state is shared.
//
// Not here: Connect schemas, columns.
//
// Source: jackson-core and jackson-databind 2.21.2, as org.apache.kafka.connect.json.JsonDeserializer
// and JsonSerializer of 4.3.1 configure them.
package jsonscan
