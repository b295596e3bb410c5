package mem_test

import (
	"sync"
	"testing"
	"unsafe"

	"github.com/millrace/millrace/batch/mem"
)

func TestArena_CutsAlignedMemoryWithSlack(t *testing.T) {
	pool := mem.Checked(t)
	a := mem.Arena{Pool: pool}
	for _, n := range []int{1, 63, 64, 65, 5000, 16 << 10, 1 << 20, 9 << 20} {
		b := a.Bytes(n)
		if len(b) != n || cap(b) != n || uintptr(unsafe.Pointer(&b[0]))%64 != 0 {
			t.Fatalf("%d bytes: len %d cap %d at %p", n, len(b), cap(b), &b[0])
		}
		for i := range b {
			b[i] = byte(n)
		}
		behind := unsafe.Slice(&b[0], n+mem.Slack)[n:]
		_ = behind[mem.Slack-1]
	}
	if got := pool.OutBytes(); got != int64(a.SlabBytes()) || pool.PeakBytes() != got {
		t.Fatalf("%d bytes out, the arena has %d", got, a.SlabBytes())
	}
	a.Free()
	if pool.OutBytes() != 0 || pool.OutSlabs() != 0 {
		t.Fatal("slabs are still out")
	}
	if v := mem.Zeroed[uint64](&a, 100); len(v) != 100 || v[0]|v[99] != 0 {
		t.Fatal("memory is not zeroed")
	}
	a.Adopt(pool.Get(100))
	if v := mem.Alloc[int32](&a, 3); len(mem.AsBytes(v)) != 12 || len(mem.Cast[int32](mem.AsBytes(v))) != 3 {
		t.Fatal("casts differ")
	}
	a.Free()
}

func TestPool_PartCountsItsOwn(t *testing.T) {
	pool := mem.Checked(t)
	one, other := pool.Part(), pool.Part().Part()
	a, b, c := one.Get(5000), other.Get(100), pool.Get(100)
	if one.OutBytes() != 8<<10 || one.OutSlabs() != 1 || other.OutBytes() != 4<<10 || pool.OutBytes() != 16<<10 || pool.OutSlabs() != 3 {
		t.Fatalf("%d, %d of %d bytes out", one.OutBytes(), other.OutBytes(), pool.OutBytes())
	}
	one.Put(a)
	other.Put(b)
	if one.OutBytes() != 0 || other.OutBytes() != 0 || pool.OutBytes() != 4<<10 || one.PeakBytes() != 8<<10 {
		t.Fatalf("%d, %d of %d bytes out", one.OutBytes(), other.OutBytes(), pool.OutBytes())
	}
	if !other.Report(func() string { return "" }) || mem.NewPool().Part().Report(func() string { return "" }) {
		t.Fatal("a part is checked as the whole is")
	}
	pool.Put(c)
}

func TestPool_CountsFromManyGoroutines(t *testing.T) {
	pool := mem.NewPool()
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 200 {
				s := pool.Get(1 + i*g*64)
				s.B[0] = 1
				pool.Put(s)
			}
		})
	}
	wait.Wait()
	if pool.OutBytes() != 0 || pool.OutSlabs() != 0 || pool.PeakBytes() == 0 {
		t.Fatalf("%d bytes, %d slabs out, peak %d", pool.OutBytes(), pool.OutSlabs(), pool.PeakBytes())
	}
}
