// Package steady tells times between which what has passed is what has passed: the clock of the machine may jump, by
// people or by NTP, and moments that are kept as numbers, or compared with such, would be an hour apart.
package steady

import "time"

// began is when the process began.
var began = time.Now()

// Now is when the process began and how long it has run since: it does not jump. It is not for what leaves the process;
// moments of time.Now, as long as they are of type time.Time, compare as well.
func Now() time.Time { return began.Add(time.Since(began)) }
