package produce

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

// Java's levels where none is set.
const (
	lz4Default  = 9
	zstdDefault = 3
)

// compression returns the codec with the level nearest to Java's.
func compression(v *config.Values) kgo.CompressionCodec {
	switch v.String("compression.type") {
	case "gzip":
		return kgo.GzipCompression().WithLevel(int(v.Int32("compression.gzip.level")))
	case "snappy":
		return kgo.SnappyCompression()
	case "lz4":
		return kgo.Lz4Compression().WithLevel(lz4Level(v.Int32("compression.lz4.level")))
	case "zstd":
		return kgo.ZstdCompression().WithLevel(zstdLevel(v.Int32("compression.zstd.level")))
	}
	return kgo.NoCompression()
}

// lz4Level is Java's level as the lz4 library names its: Java takes its default, 9, for the fast
// compressor and the others for the strong one, of which the library knows nine, as 1<<(8+n).
// Source: Lz4BlockOutputStream.
func lz4Level(n int32) int {
	if n == lz4Default {
		return 0
	}
	return 1 << (8 + min(n, 9))
}

// zstdLevel is Java's level as one of the zstd library's four.
func zstdLevel(n int32) int {
	if n == 0 { // the reference library's default
		n = zstdDefault
	}
	switch {
	case n < 3:
		return 1
	case n < 6:
		return 2
	case n < 10:
		return 3
	}
	return 4
}
