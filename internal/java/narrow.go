package java

import "math"

// DoubleToLong is the cast (long) f: toward zero, NaN gives 0, out of range the nearest bound.
func DoubleToLong(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= 1<<63:
		return math.MaxInt64
	case f < -1<<63:
		return math.MinInt64
	}
	return int64(f)
}

// DoubleToInt is the cast (int) f; rules as DoubleToLong.
func DoubleToInt(f float64) int32 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt32:
		return math.MaxInt32
	case f <= math.MinInt32:
		return math.MinInt32
	}
	return int32(f)
}

// DoubleToShort is the cast (short) f: through int, then the low 16 bits.
func DoubleToShort(f float64) int16 { return int16(DoubleToInt(f)) }

// DoubleToByte is the cast (byte) f: through int, then the low 8 bits.
func DoubleToByte(f float64) int8 { return int8(DoubleToInt(f)) }
