package datagen

import "math/bits"

// Constants of SplitMix64: a counter becomes a random number by itself, so that the value of any record
// can be computed without those before it.
const (
	golden = 0x9e3779b97f4a7c15
	mul1   = 0xbf58476d1ce4e5b9
	mul2   = 0x94d049bb133111eb
)

// mix returns 64 random bits for a state; different states give different ones.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * mul1
	x = (x ^ x>>27) * mul2
	return x ^ x>>31
}

// stream returns the state of record 0 in the stream of a field; record g has state + g·golden.
func stream(seed int64, field, purpose int) uint64 {
	return mix(mix(uint64(seed)+golden) + uint64(field)*golden + uint64(purpose)*mul2)
}

// below returns r scaled to 0 … n-1; n = 0 means 2^64.
func below(r, n uint64) uint64 {
	if n == 0 {
		return r
	}
	hi, _ := bits.Mul64(r, n)
	return hi
}

// percent returns the threshold under which a draw of 64 bits lies in p percent of all cases.
func percent(p float64) uint64 {
	switch {
	case p <= 0:
		return 0
	case p >= 100:
		return ^uint64(0)
	}
	return uint64(p / 100 * (1 << 63) * 2)
}
