// Package file reads lines from a file or standard input and appends lines to a file or standard
// output: FileStreamSourceConnector and FileStreamSinkConnector of connect-file 4.3.1, flaws of their
// offsets included.
//
// # Source
//
// One task. A line ends at \n, \r\n or \r; a \r at the end of what was read waits for the next byte, an
// unterminated last line waits for its end. Values are STRING views into the read buffer, so that a line
// costs no copy. Malformed UTF-8 becomes U+FFFD as InputStreamReader writes it.
//
// The source offset {"position": N} stands behind the line and counts UTF-16 units of the decoded text,
// while a restart skips N bytes: Java's flaw, kept because stored offsets must mean the same. For text
// beyond ASCII a restart therefore repeats lines, and it may begin inside one.
//
// What differs from Java, on purpose: lines that were read beyond batch.size come with the next poll
// (Java keeps them until the file grows); a character that is cut by the end of the file waits for its
// rest with its line (Java makes it U+FFFD); a read error is retried and logged with the name of the
// file (Java hides it); new lines are seen after 50 milliseconds (Java sleeps a second).
//
// # Sink
//
// A line is the value's Java toString. All lines of a Put are appended before it returns, in whole lines
// per write, and a write error fails the task with the name of the file (Java's PrintStream hides it).
package file
