package consume

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// bomb is a compressor that makes the same bytes of everything.
type bomb struct {
	codec kgo.CompressionCodecType
	bytes []byte
}

func (b bomb) Compress(*bytes.Buffer, []byte, ...kgo.CompressFlag) ([]byte, kgo.CompressionCodecType) {
	return b.bytes, b.codec
}

// TestPoll_BombsFailTheTask: a wire batch that a broker took for a few kilobytes is refused once it would take more than
// decompressMax, or says that it would; it costs about as much memory, and is an error that names the partition.
func TestPoll_BombsFailTheTask(t *testing.T) {
	zeros := make([]byte, decompressMax+1<<20)
	made := func(c kgo.CompressionCodec, n int) []byte {
		compressor, err := kgo.DefaultCompressor(c)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := compressor.Compress(new(bytes.Buffer), zeros[:n])
		return bytes.Clone(out)
	}
	for name, b := range map[string]bomb{
		"gzip":                      {kgo.CodecGzip, made(kgo.GzipCompression(), 2<<20)},
		"lz4":                       {kgo.CodecLz4, made(kgo.Lz4Compression(), 2<<20)},
		"zstd":                      {kgo.CodecZstd, made(kgo.ZstdCompression(), len(zeros))},
		"zstd, a window of 2 GiB":   {kgo.CodecZstd, []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x03, 0x00, 0x00, 0x00}},
		"zstd, a content of 1 EiB":  {kgo.CodecZstd, append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0}, append(binary.LittleEndian.AppendUint64(nil, 1<<60), 0x03, 0x00, 0x00, 0x00)...)},
		"snappy, a length of 4 GiB": {kgo.CodecSnappy, append(binary.AppendUvarint(nil, 1<<32-1), 0x00, 0x41)},
		"xerial's snappy":           {kgo.CodecSnappy, append([]byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7}, append(binary.AppendUvarint(nil, 1<<32-1), 0x00, 0x41)...)},
	} {
		t.Run(name, func(t *testing.T) {
			c := cluster(t, kfake.SeedTopics(1, "t"))
			// What a compressor makes counts where it is less than there was.
			if err := client(t, c, kgo.WithCompressor(b)).ProduceSync(t.Context(), &kgo.Record{Topic: "t", Value: zeros[:900_000]}).FirstErr(); err != nil {
				t.Fatal(err)
			}
			var own []kgo.Opt
			if name == "gzip" || name == "lz4" {
				own = append(own, kgo.MaxDecompressBatchBytes(1<<20)) // less of what is slow
			}
			m := join(t, c, nil, nil, own...)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var err error
			for err == nil {
				list, failed := m.c.Poll(t.Context(), time.Second)
				for _, batch := range list {
					batch.Release()
					t.Fatal("a bomb has records")
				}
				err = failed
			}
			runtime.ReadMemStats(&after)
			if !strings.Contains(err.Error(), "t-0") {
				t.Errorf("%v", err)
			}
			if most := uint64(6 * decompressMax); after.TotalAlloc-before.TotalAlloc > most {
				t.Errorf("%d bytes of %d MiB were allocated", after.TotalAlloc-before.TotalAlloc, most>>20)
			}
		})
	}
}
