package judge

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
	"github.com/millrace/millrace/internal/java"
)

// Known is a difference that is kept on purpose. docs/compatibility.md explains each one under the same name.
type Known struct {
	Name  string
	Match func(t *trial.Trial, d Difference) bool
}

// KnownDifferences lists them, in the order of the document.
func KnownDifferences() []Known {
	return []Known{
		{"object-identity-text", identityText},
		{"replacefield-old-names", replaceFieldOldNames},
		{"deep-nesting", deepNesting},
		{"regex-time-limit", regexTimeLimit},
		{"east-asian-charsets", eastAsianCharsets},
		{"date-beyond-int32", dateBeyondInt32},
		{"logical-name-of-another-type", logicalNameOfAnotherType},
		{"jackson-padded-name", jacksonPaddedName},
		{"default-identity", defaultIdentity},
		{"values-fit-their-schema", valuesFitTheirSchema},
		{"timestamp-minus-one", timestampMinusOne},
		{"partition-minus-one", partitionMinusOne},
		{"first-error-in-a-map", firstErrorInAMap},
		{"replacefield-collision", replaceFieldCollision},
		{"first-topic-names-schema", firstTopicNamesSchema},
		{"outbox-in-a-sink", outboxInASink},
		{"outbox-placement", outboxPlacement},
		{"outbox-half-expanded", outboxHalfExpanded},
		{"outbox-adjusted-names", outboxAdjustedNames},
		{"script-language", scriptLanguage},
		{"script-limits", scriptLimits},
		{"avro-short-frame", avroShortFrame},
		{"avro-redefined-name", avroRedefinedName},
		{"avro-field-parameters", avroFieldParameters},
		{"protobuf-invalid-schema", protobufInvalidSchema},
		{"protobuf-namesake", protobufNamesake},
		{"json-schema-whole-number", jsonSchemaWholeNumber},
		{"json-schema-not-finite", jsonSchemaNotFinite},
		{"json-schema-short-alone", jsonSchemaShortAlone},
		{"json-schema-number-as-bytes", jsonSchemaNumberAsBytes},
	}
}

// NameOf returns the name of the known difference that d is, or "".
func NameOf(t *trial.Trial, d Difference) string {
	for _, k := range KnownDifferences() {
		if k.Match(t, d) {
			return k.Name
		}
	}
	return ""
}

var identity = regexp.MustCompile(`\[B@[0-9a-f]+`)

// identityText: Java prints a byte array as [B@ and a hash of its identity, which is another at every run. All else must agree.
func identityText(_ *trial.Trial, d Difference) bool {
	want := narrow(d.Want)
	return d.Part != "error type" && strings.Contains(want, "[B@") && identity.ReplaceAllString(want, "[B@") == identity.ReplaceAllString(narrow(d.Got), "[B@")
}

// narrow drops the zero bytes of wide encodings from a quoted text.
func narrow(text string) string { return strings.ReplaceAll(text, `\x00`, "") }

var numberText = regexp.MustCompile(`-?[0-9]+\.[0-9]+(E-?[0-9]+)?`)

// SameNumbers reports whether a difference is only in how floating-point numbers are written: JDKs older than 19 do not print the
// shortest text. Each number must agree as 64 or as 32 bits, and all else as text, the identities of byte arrays left out.
func SameNumbers(d Difference) bool {
	want, got := identity.ReplaceAllString(narrow(d.Want), "[B@"), identity.ReplaceAllString(narrow(d.Got), "[B@")
	wants, gots := numberText.FindAllString(want, -1), numberText.FindAllString(got, -1)
	if len(wants) != len(gots) || numberText.ReplaceAllString(want, "0.0") != numberText.ReplaceAllString(got, "0.0") {
		return false
	}
	for i := range wants {
		if !sameNumber(wants[i], gots[i], 64) && !sameNumber(wants[i], gots[i], 32) {
			return false
		}
	}
	return true
}

func sameNumber(a, b string, bits int) bool {
	x, errX := strconv.ParseFloat(a, bits)
	y, errY := strconv.ParseFloat(b, bits)
	return a == b || errX == nil && errY == nil && x == y
}

// replaceFieldOldNames: the names that ReplaceField had before 4.0 still work here.
func replaceFieldOldNames(t *trial.Trial, _ Difference) bool {
	for _, p := range t.Plugins {
		if strings.HasPrefix(p.Class, "org.apache.kafka.connect.transforms.ReplaceField$") && (hasKey(p.Config, "blacklist") || hasKey(p.Config, "whitelist")) {
			return true
		}
	}
	return false
}

func hasKey(config []protocol.Pair, key string) bool {
	for _, p := range config {
		if p.Key == key {
			return true
		}
	}
	return false
}

// deepNesting: where Java overflows its stack, a bounded depth answers with an error that can be tolerated.
func deepNesting(_ *trial.Trial, d Difference) bool {
	return d.Part == "error type" && strings.HasPrefix(d.Want, "StackOverflowError") && strings.HasPrefix(d.Got, "DataException")
}

// regexTimeLimit: a regular expression that backtracks for longer than its limit fails the record.
func regexTimeLimit(_ *trial.Trial, d Difference) bool {
	return d.Part == "error type" && strings.HasPrefix(d.Got, "ConnectException") && strings.Contains(d.Got, "regular expression") && strings.Contains(d.Got, "did not come to an end")
}

// eastAsian are charsets of which only the mapping of assigned characters is Java's.
var eastAsian = map[string]bool{"BIG5": true, "SJIS": true, "SHIFTJIS": true, "EUCJP": true, "GBK": true}

// eastAsianCharsets: Big5 is refused; malformed bytes and private-use characters of the others are Go's.
func eastAsianCharsets(t *trial.Trial, _ Difference) bool {
	for _, p := range t.Plugins {
		for _, c := range p.Config {
			name := strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(c.Text))
			if strings.HasSuffix(p.Class, "StringConverter") && strings.HasSuffix(c.Key, "encoding") && eastAsian[name] {
				return true
			}
		}
	}
	return false
}

var farDate = regexp.MustCompile(`[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9:]{8} UTC [0-9]{6,}`)

// dateBeyondInt32: a Date that does not fit the days of an INT32 wraps when it enters a column, in Java when it is written as a number.
func dateBeyondInt32(t *trial.Trial, d Difference) bool {
	if r := recordOf(t, d); r != nil {
		far := func(name string, ms int64) bool {
			return (name == dateName || name == timestampName && convertsToDate(t)) && (ms >= farMillis || ms < -farMillis)
		}
		return dateIn(r.Key.Schema, r.Key.Value, far) || dateIn(r.Value.Schema, r.Value.Value, far) || farDateMade(d.Want, d.Got)
	}
	want, got := identity.ReplaceAllString(narrow(d.Want), "[B@"), identity.ReplaceAllString(narrow(d.Got), "[B@")
	return farProtobufDate(t, d) || d.Part == "bytes" && farDate.MatchString(want) && farDate.ReplaceAllString(want, "far") == farDate.ReplaceAllString(got, "far")
}

// logicalNameOfAnotherType: a schema has the name of a logical type and another type than that has; Java keeps objects that the schema cannot hold.
func logicalNameOfAnotherType(_ *trial.Trial, d Difference) bool {
	if d.Part == "value" { // a default, which is the number that it is
		return otherTypesName.MatchString(d.Got) && millisecondsAt.ReplaceAllString(d.Want, `{"n":`) == millisecondsAt.ReplaceAllString(d.Got, `{"n":`)
	}
	return d.Part == "error type" && strings.HasPrefix(d.Got, "DataException") && strings.HasSuffix(d.Got, "cannot be stored in it")
}

// otherTypesName finds an integer with the name of a logical type that is another integer.
var otherTypesName = regexp.MustCompile(`"type":"(int(8|16|64)"(,"optional":true)?,"name":"org\.apache\.kafka\.connect\.data\.(Date|Time)|int(8|16|32)"(,"optional":true)?,"name":"org\.apache\.kafka\.connect\.data\.Timestamp)"`)

var millisecondsAt = regexp.MustCompile(`\{"(millis|i8|i16|i32|i64)":`)

// jacksonPaddedName: Jackson fills the last word of a member's name with 0xFF and so takes a name that has that byte, which no UTF-8 has, for a shorter one.
func jacksonPaddedName(t *trial.Trial, d Difference) bool {
	return (t.Kind == "json" || t.Kind == "header" || t.Kind == generate.JSONSchema) && d.Part == "error type" && strings.HasPrefix(d.Got, "DataException") && d.Item < len(t.Items) && bytes.IndexByte(t.Items[d.Item].Bytes, 0xff) >= 0
}

// defaultIdentity: a schema whose default holds a struct, or byte arrays inside a list or map, is unequal to another build of itself in Java, since those are compared by
// identity or have the schema without the default; a struct of it is then refused, and AvroConverter defines its record twice.
func defaultIdentity(t *trial.Trial, d Difference) bool {
	if avroOtherText(t, d) {
		return unequalDefault(t.Items[d.Item].Data.Schema)
	}
	r := recordOf(t, d)
	if r != nil && strings.HasSuffix(d.Part, " schema") && (has(t, "ByLogicalTableRouter") || has(t, "EventRouter")) && (hashedByIdentity(r.Key.Schema) || hashedByIdentity(r.Value.Schema)) {
		return true
	}
	refused := strings.HasPrefix(d.Want, "DataException: Mismatching schema.") || strings.HasPrefix(d.Want, "DataException: Mismatching struct schema") || strings.HasPrefix(d.Want, "DataException: Struct schemas do not match.")
	if d.Part != "error type" || !refused || r != nil && strings.Contains(d.Got, "Exception") || d.Item >= len(t.Items) {
		return false
	}
	unequal := func(data *protocol.Typed) bool { return unequalDefault(data.Schema) || unequalStruct(data.Value) }
	if r != nil {
		return unequal(&r.Key) || unequal(&r.Value)
	}
	return unequal(&t.Items[d.Item].Data)
}

// has reports whether some plugin's class ends so.
func has(t *trial.Trial, class string) bool {
	return slices.ContainsFunc(t.Plugins, func(p trial.Plugin) bool { return strings.HasSuffix(p.Class, class) })
}

// hashedByIdentity reports whether s or a schema inside has a default of bytes or with a struct: the original's caches by schema miss then.
func hashedByIdentity(s *protocol.Schema) bool {
	return s != nil && (s.Default.Tag == protocol.Bin || comparedByIdentity(s.Default, false) || hashedByIdentity(s.Items) || hashedByIdentity(s.Keys) || hashedByIdentity(s.Values) ||
		slices.ContainsFunc(s.Fields, func(f protocol.Field) bool { return hashedByIdentity(f.Schema) }))
}

// unequalDefault reports whether s or a schema inside has such a default.
func unequalDefault(s *protocol.Schema) bool {
	if s == nil {
		return false
	}
	for _, f := range s.Fields {
		if unequalDefault(f.Schema) {
			return true
		}
	}
	return comparedByIdentity(s.Default, false) || unequalDefault(s.Items) || unequalDefault(s.Keys) || unequalDefault(s.Values)
}

// unequalStruct reports whether a struct inside v carries such a schema.
func unequalStruct(v protocol.Value) bool {
	return unequalDefault(v.Own) || slices.ContainsFunc(v.Items, unequalStruct)
}

func comparedByIdentity(v protocol.Value, inside bool) bool {
	switch v.Tag {
	case protocol.StructOf:
		return true
	case protocol.Bin:
		return inside
	}
	return slices.ContainsFunc(v.Items, func(e protocol.Value) bool { return comparedByIdentity(e, true) })
}

// recordOf is the record that a difference is about, nil where a converter was asked.
func recordOf(t *trial.Trial, d Difference) *protocol.Record {
	if d.Item < 0 || d.Item >= len(t.Items) {
		return nil
	}
	return t.Items[d.Item].Record
}

// dateIn reports whether v has a value of the logical type named that is so.
func dateIn(s *protocol.Schema, v protocol.Value, is func(name string, ms int64) bool) bool {
	below := func(s *protocol.Schema) func(protocol.Value) bool {
		return func(e protocol.Value) bool { return dateIn(s, e, is) }
	}
	switch v.Tag {
	case protocol.Millis:
		return s != nil && s.Name != nil && is(*s.Name, v.Int)
	case protocol.List:
		return s != nil && slices.ContainsFunc(v.Items, below(s.Items))
	case protocol.MapOf:
		for i, e := range v.Items {
			if s != nil && below([]*protocol.Schema{s.Keys, s.Values}[i%2])(e) {
				return true
			}
		}
	case protocol.StructOf:
		if s == nil {
			s = v.Own
		}
		for i, name := range v.Names {
			for _, f := range fieldsOf(s) {
				if f.Name == name && below(f.Schema)(v.Items[i]) {
					return true
				}
			}
		}
	}
	return false
}

func fieldsOf(s *protocol.Schema) []protocol.Field {
	if s == nil {
		return nil
	}
	return s.Fields
}

const (
	dateName      = "org.apache.kafka.connect.data.Date"
	timeName      = "org.apache.kafka.connect.data.Time"
	timestampName = "org.apache.kafka.connect.data.Timestamp"
	dayMillis     = 24 * 60 * 60 * 1000
	farMillis     = dayMillis << 31
)

var millis = regexp.MustCompile(`{"millis":"-?[0-9]+"}`)

// farDateMade reports whether results differ in nothing but dates, one of them far away: a transform made it of a number.
func farDateMade(want, got string) bool {
	far := func(text string) bool {
		v, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(text, `{"millis":"`), `"}`), 10, 64)
		return err == nil && (v >= farMillis || v < -farMillis)
	}
	return slices.ContainsFunc(millis.FindAllString(want, -1), far) && millis.ReplaceAllString(want, "") == millis.ReplaceAllString(got, "")
}

// convertsToDate reports whether a transform before the last makes dates of timestamps.
func convertsToDate(t *trial.Trial) bool {
	return len(t.Plugins) > 1 && slices.ContainsFunc(t.Plugins[:len(t.Plugins)-1], func(p trial.Plugin) bool {
		return strings.Contains(p.Class, ".TimestampConverter$") && slices.Contains(p.Config, protocol.Pair{Key: "target.type", Text: "Date"})
	})
}

// foreignParts reports whether a Date in v has a time, or a Time a date. Any has where fields take each other's places.
func foreignParts(s *protocol.Schema, v protocol.Value, renamed bool) bool {
	return dateIn(s, v, func(name string, ms int64) bool {
		return renamed || name == dateName && ms%dayMillis != 0 || name == timeName && (ms < 0 || ms >= dayMillis)
	})
}

// renames reports whether a transform gives fields other names, perhaps those of others.
func renames(t *trial.Trial) bool {
	return slices.ContainsFunc(t.Plugins, func(p trial.Plugin) bool {
		return strings.Contains(p.Class, "transforms.ReplaceField$") && hasKey(p.Config, "renames")
	})
}

// valuesFitTheirSchema: a record whose value does not fit its own schema, which a Java plugin can make, is refused when it enters columns, before any transform.
func valuesFitTheirSchema(t *trial.Trial, d Difference) bool {
	r := recordOf(t, d)
	if d.Part != "error type" || r == nil {
		return false
	}
	switch {
	case strings.HasPrefix(d.Got, "DataException: Invalid Java object for schema"), strings.HasPrefix(d.Got, "DataException: Struct schemas do not match."), strings.HasPrefix(d.Got, "DataException: ") && strings.HasSuffix(d.Got, "cannot be stored in it"):
		return true
	case strings.HasPrefix(d.Got, "DataException: Kafka Connect Date type should not have any time fields"), strings.HasPrefix(d.Got, "DataException: Kafka Connect Time type should not have any date fields"):
		return foreignParts(r.Key.Schema, r.Key.Value, renames(t)) || foreignParts(r.Value.Schema, r.Value.Value, renames(t))
	}
	return false
}

// timestampMinusOne: a record's timestamp of -1 means none here; Java makes it so when a record is consumed or produced.
func timestampMinusOne(t *trial.Trial, d Difference) bool {
	if d.Part == "record coordinates" && strings.Contains(d.Want, `"timestamp":"-1"`) && noMinusOne(d.Want) == noMinusOne(d.Got) {
		return true
	}
	if strings.HasPrefix(d.Got, "DataException: Timestamp missing on record:") && strings.Contains(d.Want, `"timestamp":"-1"`) {
		return true
	}
	r := recordOf(t, d)
	return r != nil && r.Timestamp != nil && *r.Timestamp == -1
}

// noMinusOne takes a timestamp and a partition of -1 for none.
func noMinusOne(coordinates string) string {
	return strings.NewReplacer(`"timestamp":"-1"`, `"timestamp":null`, `"partition":-1`, `"partition":null`).Replace(coordinates)
}

// partitionMinusOne: a partition of -1 means that the key chooses one here; Java's producer refuses it. A transform behind the one
// that made it may write it into the record.
func partitionMinusOne(t *trial.Trial, d Difference) bool {
	if d.Part == "record coordinates" {
		return strings.Contains(d.Want, `"partition":-1`) && noMinusOne(d.Want) == noMinusOne(d.Got)
	}
	return len(t.Plugins) > 1 && strings.Contains(setting(t, eventRouter, "table.fields.additional.placement"), ":partition") &&
		d.Part == "record value value" && strings.Contains(d.Want, `{"i32":-1}`) && strings.ReplaceAll(d.Want, `{"i32":-1}`, "null") == strings.ReplaceAll(d.Got, `{"i32":-1}`, "null")
}

// firstErrorInAMap: a schemaless map with keys that are no text and members that are refused as well fails with the error of whichever comes first.
func firstErrorInAMap(t *trial.Trial, d Difference) bool {
	one := func(text string) bool {
		return strings.HasPrefix(text, "ClassCastException: ") || strings.HasPrefix(text, "DataException: ")
	}
	r := recordOf(t, d)
	return r != nil && d.Part == "error type" && one(d.Want) && one(d.Got) && (oddKey(r.Key.Value) || oddKey(r.Value.Value))
}

// replaceFieldCollision: of two members of a schemaless map that ReplaceField gives one name the last counts that the HashMap iterates; behind other transforms its order
// depends on the sizes that it has had, and a map of another class has an order of its own.
func replaceFieldCollision(t *trial.Trial, d Difference) bool {
	r := recordOf(t, d)
	return r != nil && renames(t) && (len(t.Plugins) > 1 || oddOrder(r.Key.Value) || oddOrder(r.Value.Value)) &&
		(d.Part == "record value value" || d.Part == "record key value") && strings.HasPrefix(d.Want, `"schema":null`)
}

// oddOrder reports whether v is a map whose keys do not stand as in a HashMap.
func oddOrder(v protocol.Value) bool {
	var keys []string
	for i, e := range v.Items {
		if v.Tag == protocol.MapOf && i%2 == 0 {
			keys = append(keys, e.Text)
		}
	}
	return !slices.IsSorted(java.HashMapOrder(keys))
}

// oddKey reports whether a map in v has a key that is no text.
func oddKey(v protocol.Value) bool {
	for i, e := range v.Items {
		if v.Tag == protocol.MapOf && i%2 == 0 && e.Tag != protocol.Str || oddKey(e) {
			return true
		}
	}
	return false
}
