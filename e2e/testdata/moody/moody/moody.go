// Package moody is plugins that fail on demand, twins of the Java classes in ../java: what fails is a word that they meet.
package moody

import (
	"github.com/millrace/millrace/connectors"
)

const version = "1.0"

// moods is how often words were met. bad fails, again fails twice and then passes, never always may be tried again.
type moods struct{ again int }

func (m *moods) check(word string) error {
	switch word {
	case "bad":
		return bad()
	case "again":
		if m.again++; m.again > 2 {
			return nil
		}
	case "never":
	default:
		return nil
	}
	return connectors.Retriable(&connectors.Error{Class: connectors.RetriableException, Text: "moody: " + word})
}

func bad() error { return &connectors.Error{Class: connectors.DataException, Text: "moody: bad"} }
