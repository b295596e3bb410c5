package schemaregistry

import (
	"errors"
)

// Mocks are the in-memory registries of mock:// URLs: one for each scope, shared by the converters of a process.
type Mocks struct{}

func (c *client) mock(string, *Mocks) error { return errors.New("x") }
