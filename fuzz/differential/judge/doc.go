// Package judge compares two outcomes of a trial and names the differences that are kept on purpose.
//
// The comparison demands the same schema, the same value and the same class of error. Messages are only reported. Maps are compared
// as sets, numbers by value.
package judge
