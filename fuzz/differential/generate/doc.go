// Package generate makes trials from a seed: the same kind, seed and index always give the same trial.
//
// Values fit their schemas, or nearly; texts are valid, nearly valid, or hostile. A trial's items share one configuration and a few
// schemas, because that is how records arrive, with strangers in between.
package generate
