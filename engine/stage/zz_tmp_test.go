package stage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
)

func zzpipe(tb testing.TB, pool *batch.Pool, lines ...string) *jsonPipe {
	conv := func(key bool) codec.Converter {
		c, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": "true"}, key)
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}
	value := conv(false)
	p := &jsonPipe{enc: value.NewEncoder(), opt: stage.SinkOptions{
		Key: stage.Side{Converter: conv(true)}, Value: stage.Side{Converter: value},
		Transforms: madeChain(tb, lines), Identity: len(lines) == 0,
		Operator: errant.NewOperator(errant.Options{}), KeyProjection: &batch.Projection{None: true},
	}}
	p.sink = stage.NewSink(p.opt)
	p.bb.Pool = pool.Mem
	return p
}

const zzschema = `{"schema":{"type":"struct","fields":[{"type":"string","optional":false,"field":"zip"},{"type":"string","optional":true,"field":"note"},{"type":"string","optional":false,"field":"country"},{"type":"double","optional":false,"field":"amount"},{"type":"int64","optional":false,"field":"created"},{"type":"int32","optional":false,"field":"qty"},{"type":"boolean","optional":false,"field":"active"},{"type":"int64","optional":false,"field":"id"},{"type":"string","optional":false,"field":"sku"},{"type":"string","optional":false,"field":"customer"}],"optional":false,"name":"order"},"payload":`

func TestZZ(t *testing.T) {
	pool := batch.NewPool(mem.NewPool())
	data := orders(pool)
	env := make([]*batch.Batch, len(data))
	for k, d := range data {
		env[k] = consumed(pool, chainRows, func(text []byte, i int) []byte {
			v := d.RawValue.Views[i]
			return append(append(append(text, zzschema...), d.RawValue.Bufs[0][v.Pos:v.Pos+v.Len]...), '}')
		})
	}
	pipes := []*jsonPipe{newJSONPipe(t, pool), newJSONPipe(t, pool, fiveTransforms...), zzpipe(t, pool), zzpipe(t, pool, fiveTransforms...)}
	var best [4][chainBatches]time.Duration
	for n := range 120 {
		for k, p := range pipes {
			in := data
			if k > 1 {
				in = env
			}
			for j, b := range in {
				s := time.Now()
				p.run(t, b)
				if d := time.Since(s); n > 3 && (best[k][j] == 0 || d < best[k][j]) {
					best[k][j] = d
				}
			}
		}
	}
	var sum [4]float64
	for k := range sum {
		for _, d := range best[k] {
			sum[k] += float64(d) / chainBatches / chainRows
		}
	}
	fmt.Printf("none %.1f chain +%.1f   envelope %.1f chain +%.1f\n", sum[0], sum[1]-sum[0], sum[2], sum[3]-sum[2])
}
