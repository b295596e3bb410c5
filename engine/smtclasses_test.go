package engine_test

import (
	"github.com/millrace/millrace/smt"
)

func transformClasses() smt.Set { return smt.NewSet() }

func predicateClasses() smt.Set { return smt.NewPredicateSet() }
