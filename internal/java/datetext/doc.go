// Package datetext writes and reads dates as java.text.SimpleDateFormat and java.util.Date do, in
// the English texts of Locale.US.
//
// Shape: an instant is an int64 of milliseconds since 1970-01-01T00:00:00Z, over its full range.
// Days before 1582-10-15 are Julian, as in java.util.GregorianCalendar; years before 1 are years
// of the era BC and are written without a sign.
// Ownership: Append forms write into the caller's buffer; a Format is immutable and may be shared.
// Errors: *java.Exception with the class and text of the original.
//
// A SimpleDateFormat keeps the time zone that it last read from a text; a Format does not.
// Zone rules come from Go's time package (the host's database, or time/tzdata where a program
// links it).
package datetext
