// Package wirebatch is the layout of a wire batch, Kafka's record batch of magic 2, for who reads and writes its bytes.
package wirebatch
