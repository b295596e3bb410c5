package bench

import (
	"errors"
	"slices"

	"github.com/millrace/millrace/engine/stage"
)

// FiveTransforms returns the chain "five" of the list.
func FiveTransforms() (*stage.Chain, error) {
	specs, err := transformSpecs()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(specs, func(s transformSpec) bool { return s.name == "five" })
	if at < 0 {
		return nil, errors.New("the list of transforms has no chain called five")
	}
	return newChain(specs[at].chain)
}
