package standalone

import (
	"context"
)

// failing is a plugin that fails in a call, or in a call of one name.
func failing(what string, err error) func(context.Context, string, string) error {
	return func(_ context.Context, call, name string) error {
		if what == call || what == call+" "+name {
			return err
		}
		return nil
	}
}
