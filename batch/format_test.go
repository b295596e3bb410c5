package batch_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

func TestFormat_ReadsBackTheSame(t *testing.T) {
	texts := []string{
		"id int64, zip string?\n1, null\n2, 0123\n",
		"@topic, @partition, @offset, @timestamp, @key string?, @value any\n" +
			"t, 3, 7, 1000, k, {\"a\": 1, \"b\": [1.5, 2.0f, 1i8, 2i16, 3i32, true, null]}\n" +
			"t, 3, 9, 1001, null, <(a int32)>(5)\n",
		"d decimal(2), t timestamp, day date?, time time\n1.50, 2020-01-31T12:00:00.000Z, null, 23:59:59.999\n",
		"@value {string: [int32?]}?:\"n\"#3\n{a: [1, null], \"b:c\": []}\nnull\n",
		"id int32, name string=x\n1, \"a, b\"\n~ 2, c\n@none\n3, d ! bad name\n",
		"@value any\n1.50d\n-5t\n0xff\n{1: \"a\", [1]: null}\n",
		"@value (a int32?)?\n(1)\nnull\n",
	}
	for _, text := range texts {
		b := batchtest.Parse(t, mem.Checked(t), text)
		checked(t, b)
		if got := batchtest.Format(b); got != text {
			t.Errorf("got:\n%swant:\n%s", got, text)
		}
		b.Release()
	}
}

func TestFormat_RandomBatchesReadBack(t *testing.T) {
	for seed := range uint64(seeds) {
		pool := mem.Checked(t)
		b := batchtest.NewRandom(seed).Batch(pool, 30)
		b.Headers = batch.Headers{}
		text := b.String()
		again, err := batchtest.Read(batch.NewPool(pool), text)
		if err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, text)
		}
		if got := again.String(); got != text {
			t.Fatalf("seed %d: got\n%s\nwant\n%s", seed, got, text)
		}
		again.Release()
		b.Release()
	}
}

func TestRead_NamesTheMistake(t *testing.T) {
	for text, want := range map[string]string{
		"id int65\n1\n":                 "line 1: column 9: unknown type",
		"id int64\nx\n":                 "line 2: column 1: int64 expected",
		"id int64, s string\n1\n":       "line 2: column 2: ',' expected",
		"id int8\n300\n":                `int8 expected, found "300"`,
		"@value [string]\n[a, b\n":      "column 6: ',' expected",
		"@offset, @what string\n1, 2\n": "unknown column @what",
	} {
		_, err := batchtest.Read(batch.NewPool(mem.NewPool()), text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
