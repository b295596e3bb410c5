package schemaregistry

import (
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// splitting is a splitter with what it needs.
func splitting(t testing.TB, o Options, pairs ...string) *Splitter {
	o.Mocks = NewMocks()
	r, err := tryOpen("mock://x", o, pairs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r.NewSplitter()
}

// column makes an input of rows; nil is null.
func column(rows ...[]byte) codec.Input {
	in := codec.Input{Headers: &batch.Headers{}}
	in.Values.Valid = bits.New(len(rows))
	for i, row := range rows {
		buf := &in.Values.Bufs[0]
		in.Values.Views = append(in.Values.Views, batch.View{Pos: uint32(len(*buf)), Len: uint32(len(row))})
		*buf = append(*buf, row...)
		if row != nil {
			in.Values.Valid.Set(i)
		}
	}
	return in
}

func TestSplit_Frames(t *testing.T) {
	const guid = "000102030405060708090a0b0c0d0e0f"
	g := "00010203-0405-0607-0809-0a0b0c0d0e0f"
	for _, c := range []struct {
		name, format, raw string
		id                string
		skip              int
	}{
		{"avro int", Avro, "00 00000001 0A", "SchemaId{schemaType='AVRO', id=1, guid='null', messageIndexes=null}", 5},
		{"avro without payload", Avro, "00 00000001", "SchemaId{schemaType='AVRO', id=1, guid='null', messageIndexes=null}", 5},
		{"negative id", Avro, "00 FFFFFFFF 00", "SchemaId{schemaType='AVRO', id=-1, guid='null', messageIndexes=null}", 5},
		{"guid", Avro, "01" + guid + "0A", "SchemaId{schemaType='AVRO', id=null, guid='" + g + "', messageIndexes=null}", 17},
		{"protobuf first message", Protobuf, "00 00000001 00 08 07", "SchemaId{schemaType='PROTOBUF', id=1, guid='null', messageIndexes=[0]}", 6},
		{"protobuf index 4", Protobuf, "00 00000002 02 08 08 07", "SchemaId{schemaType='PROTOBUF', id=2, guid='null', messageIndexes=[4]}", 7},
		{"protobuf nested", Protobuf, "00 00000002 06 02 00 04 08", "SchemaId{schemaType='PROTOBUF', id=2, guid='null', messageIndexes=[1, 0, 2]}", 9},
		{"protobuf guid", Protobuf, "01" + guid + "00 08", "SchemaId{schemaType='PROTOBUF', id=null, guid='" + g + "', messageIndexes=[0]}", 18},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := column(unhex(t, c.raw))
			frames, rows, errs := split(t, splitting(t, Options{Format: c.format}), &in)
			if len(errs) > 0 || rows != nil || len(frames) != 1 || frames[0].ID.text(c.format) != c.id || frames[0].Skip != c.skip {
				t.Errorf("%+v %v %v", frames, rows, errs)
			}
		})
	}
}

func TestSplit_NoFrame(t *testing.T) {
	for _, c := range []struct{ name, format, raw, want string }{
		{"empty", Avro, "", "java.nio.BufferUnderflowException: "},
		{"short", Avro, "00 0000", "java.nio.BufferUnderflowException: "},
		{"magic", Avro, "02 00000001", "java.lang.IllegalArgumentException: Unknown magic byte!"},
		{"short guid", Avro, "01 00000001", "java.nio.BufferUnderflowException: "},
		{"no indexes", Protobuf, "00 00000001", "java.nio.BufferUnderflowException: "},
		{"short indexes", Protobuf, "00 00000001 04 02", "java.nio.BufferUnderflowException: "},
		{"huge count", Protobuf, "00 00000001 FEFFFFFF0F 02", "java.nio.BufferUnderflowException: "},
		{"negative count", Protobuf, "00 00000001 01", "java.lang.IllegalArgumentException: Illegal Capacity: a negative number of message indexes"},
		{"long varint", Protobuf, "00 00000001 FFFFFFFFFF 02", "java.lang.IllegalArgumentException: Varint is too long, the most significant bit in the 5th byte is set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := column(unhex(t, c.raw))
			want := codec.SerializationException + ": Error deserializing schema ID < " + c.want
			if c.format == Protobuf {
				want = codec.SerializationException + ": Error deserializing Protobuf message for id SchemaId{schemaType='PROTOBUF', id=null, guid='null', messageIndexes=null} < " + want
			}
			frames, rows, errs := split(t, splitting(t, Options{Format: c.format}), &in)
			if len(frames) != 0 || len(errs) != 1 || chain(errs[0]) != want || !slices.Equal(rows, []int32{-1}) {
				t.Errorf("%v %v %v", frames, rows, chain(errs[0]))
			}
			_, _, errs = split(t, splitting(t, Options{Format: c.format}, "value"+keyIDDeserializer, "PrefixSchemaIdDeserializer"), &in)
			if len(errs) != 1 || chain(errs[0]) != c.want {
				t.Errorf("prefix alone: %v", chain(errs[0]))
			}
		})
	}
}

// TestSplit_Header: a header goes before what the record starts with.
func TestSplit_Header(t *testing.T) {
	in := column([]byte{0, 0, 0, 0, 7, 1}, []byte{9, 9}, nil, []byte{0, 0, 0, 0, 7, 1})
	header := AppendGUID(nil, GUID{1, 2})
	in.Headers = &batch.Headers{
		Offsets: []int32{0, 0, 1, 1, 2},
		Entries: []batch.Header{{Key: "__value_schema_id", Raw: header}, {Key: "__value_schema_id"}},
	}
	frames, rows, errs := split(t, splitting(t, Options{}), &in)
	if len(errs) > 0 || len(frames) != 2 || !slices.Equal(rows, []int32{0, 1, 1, 0}) {
		t.Fatalf("%+v %v %v", frames, rows, errs)
	}
	if f := frames[1]; f.Skip != 0 || f.ID.GUID != (GUID{1, 2}) {
		t.Errorf("%+v", f)
	}
	if _, _, errs := split(t, splitting(t, Options{Key: true}), &in); len(errs) != 1 {
		t.Errorf("the header of values counts for keys: %v", errs)
	}
}

// TestSplit_Configured: the id is in the config, the record is all payload.
func TestSplit_Configured(t *testing.T) {
	in := column([]byte{9}, nil)
	frames, rows, errs := split(t, splitting(t, Options{Format: Protobuf}, "value"+keyIDDeserializer, configReader, keyUseID, "5", keyUseIndexes, "1, 2"), &in)
	if len(errs) > 0 || rows != nil || len(frames) != 1 || frames[0].Skip != 0 || frames[0].ID.Number != 5 || !slices.Equal(frames[0].ID.Indexes(), []int32{1, 2}) {
		t.Errorf("%+v %v %v", frames, rows, errs)
	}
}

// TestSplit_TwinAgrees: columns of random frames, selected and not, are split as the plain loop does.
func TestSplit_TwinAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, format := range []string{Avro, Protobuf} {
		s, plain := splitting(t, Options{Format: format}), splitting(t, Options{Format: format})
		for range 100 {
			rows := make([][]byte, rng.IntN(200))
			ids := 1 + rng.IntN(120)
			for i := range rows {
				switch rng.IntN(12) {
				case 0:
				case 1:
					rows[i] = []byte{byte(rng.IntN(3)), 0, byte(rng.IntN(3))}
				case 2:
					rows[i] = append(AppendGUID(nil, GUID{byte(rng.IntN(3))}), 0, 5)
				case 3:
					rows[i] = append(AppendIndexes(AppendNumber(nil, int32(rng.IntN(ids))), int32(rng.IntN(3)), 1), 5)
				default:
					rows[i] = append(AppendNumber(nil, int32(rng.IntN(ids))), 0, 5)
				}
			}
			in := column(rows...)
			if rng.IntN(2) == 0 {
				for i := range rows {
					if rng.IntN(3) > 0 {
						in.Sel = append(in.Sel, int32(i))
					}
				}
				if in.Sel == nil {
					in.Sel = batch.Selection{}
				}
			}
			agree(t, s, plain, &in)
		}
	}
}

// agree splits in by the fast loops and by the plain one.
func agree(t testing.TB, fast, plain *Splitter, in *codec.Input) {
	t.Helper()
	frames, rows, errs := split(t, fast, in)
	pool := batch.NewPool(mem.Checked(t))
	b := pool.New(in.Values.Len())
	defer b.Release()
	plain.reset()
	want := mem.Alloc[int32](&b.Arena, in.Values.Len())
	var status batch.Status
	plain.plain(in, want, &status, false)
	if rows == nil {
		rows = make([]int32, len(want))
		for i := range rows {
			rows[i] = want[i] // one group: only what is not selected differs
			if want[i] > 0 {
				t.Fatalf("one group, and the plain loop has %v", want)
			}
		}
	}
	if !slices.Equal(rows, want) || !slices.Equal(frames, plain.frames) || len(errs) != len(status.Errors()) {
		t.Fatalf("fast %v %+v %v\nplain %v %+v %v", rows, frames, errs, want, plain.frames, status.Errors())
	}
	for i, e := range status.Errors() {
		if chain(e.Err) != chain(errs[i]) {
			t.Fatalf("%s, plain %s", chain(errs[i]), chain(e.Err))
		}
	}
}

// FuzzFrame: a frame that is read can be written, and both loops read the same.
func FuzzFrame(f *testing.F) {
	for _, s := range []string{"00000000010A", "0000000001", "000000000202080807", "0000000001FEFFFFFF0F02", "01000102030405060708090a0b0c0d0e0f00", ""} {
		f.Add(unhex(f, s), true)
		f.Add(unhex(f, s), false)
	}
	f.Fuzz(func(t *testing.T, b []byte, indexed bool) {
		o := Options{Format: Avro}
		if indexed {
			o.Format = Protobuf
		}
		in := column(b, b, nil, append([]byte{0}, b...))
		agree(t, splitting(t, o), splitting(t, o), &in)
		size, bad := measure(b, indexed)
		if bad != frameFine {
			return
		}
		id := parseID(b[:size])
		out := AppendGUID(nil, id.GUID)
		if id.HasNumber {
			out = AppendNumber(nil, id.Number)
		}
		if again, bad := measure(append(AppendIndexes(out, id.Indexes()...), 0), true); indexed && (bad != frameFine || again > size) {
			t.Errorf("%x is read as %+v, and not again", b, id)
		}
	})
}

func split(t testing.TB, s *Splitter, in *codec.Input) (frames []Frame, rows []int32, errs []error) {
	t.Helper()
	pool := batch.NewPool(mem.Checked(t))
	b := pool.New(in.Values.Len())
	defer b.Release()
	var g codec.Groups
	var status batch.Status
	s.Split(b, in, &g, &status)
	for _, e := range status.Errors() {
		errs = append(errs, e.Err)
	}
	for i := range g.N {
		frames = append(frames, s.Frame(i))
	}
	return frames, slices.Clone(g.Row), errs
}

func BenchmarkSplit(b *testing.B) {
	for name, ids := range map[string]int{"ids=1": 1, "ids=100": 100} {
		b.Run(name, func(b *testing.B) {
			rows := make([][]byte, 1024)
			for i := range rows {
				rows[i] = append(AppendNumber(nil, int32(i%ids)), make([]byte, 56)...)
			}
			in := column(rows...)
			s := splitting(b, Options{})
			at := make([]int32, len(rows))
			var status batch.Status
			b.ReportAllocs()
			for b.Loop() {
				s.reset()
				s.all(&in.Values, at, &status)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
		})
	}
}
