package protobuf

// File is a .proto file as its text has it. Not changed after it was made. Source: ProtoFileElement.
type File struct {
	Syntax        string // proto2, proto3, or "" where the text names none
	Package       string // "" = none
	Imports       []string
	PublicImports []string
	Options       []Option
	Messages      []*MessageType
	Enums         []*EnumType
	Extends       []Extend
	Services      []Service
}

// MessageType is a message of a file, or of a message. Source: MessageElement.
type MessageType struct {
	Name       string
	Options    []Option
	Fields     []FieldType
	Oneofs     []OneofType
	Groups     []Group
	Reserved   []Ranges
	Extensions []Ranges
	Extends    []Extend
	Messages   []*MessageType
	Enums      []*EnumType
}

// FieldType is a field as its text has it. Source: FieldElement.
type FieldType struct {
	Label    string // optional, required, repeated, or ""
	Type     string // a scalar, a name, or map<K, V>
	Name     string
	Tag      int32
	Default  *string
	JSONName *string
	Options  []Option
}

// OneofType is a oneof. Source: OneOfElement.
type OneofType struct {
	Name    string
	Options []Option
	Fields  []FieldType
	Groups  []Group
}

// Group is a group: text and nothing more, for the original gives it no field. Source: GroupElement.
type Group struct {
	Label, Name string
	Tag         int32
	Fields      []FieldType
}

// EnumType is an enum. Source: EnumElement.
type EnumType struct {
	Name      string
	Options   []Option
	Reserved  []Ranges
	Constants []Constant
}

// Constant is one value of an enum.
type Constant struct {
	Name    string
	Tag     int32
	Options []Option
}

// Ranges are what one reserved or extensions statement lists.
type Ranges struct {
	Items   []Range
	Options []Option
}

// Range is a name, or numbers from First to Last.
type Range struct {
	Name        string // "" = numbers
	First, Last int32
	Single      bool // written as one number
}

// Extend is fields for messages elsewhere. Source: ExtendElement.
type Extend struct {
	Name   string
	Fields []FieldType
}

// Service is a service. Source: ServiceElement.
type Service struct {
	Name    string
	Options []Option
	Methods []Method
}

// Method is a method of a service. Source: RpcElement.
type Method struct {
	Name                          string
	Request, Response             string
	StreamsRequest, StreamsAnswer bool
	Options                       []Option
}

// Option is a named value. Source: OptionElement.
type Option struct {
	Name   string
	Custom bool // written in parentheses
	Value  OptionValue
}

// OptionKind says what an option's value is.
type OptionKind uint8

// The kinds. Source: OptionElement.Kind.
const (
	OptionString OptionKind = iota
	OptionBoolean
	OptionEnum
	OptionNumber
	OptionNested // a member of the option, as in (a).b = 1
	OptionMap
	OptionList
)

// OptionValue is the value of an option.
type OptionValue struct {
	Kind  OptionKind
	Text  string // of a string, without quotes; of the other scalars as written
	Names []string
	Items []OptionValue // of a map, beside Names; of a list; the one of OptionNested
}

// member returns a member of a map, or of a nested option; nil where there is none.
func (v *OptionValue) member(name string) *OptionValue {
	if v.Kind != OptionMap && v.Kind != OptionNested {
		return nil
	}
	for i := range v.Names {
		if v.Names[i] == name {
			return &v.Items[i]
		}
	}
	return nil
}

// optionOf returns the option of that name. Of several the last one counts.
func optionOf(list []Option, name string) *OptionValue {
	for i := len(list) - 1; i >= 0; i-- {
		if n := list[i].Name; n == name || n == "."+name {
			return &list[i].Value
		}
	}
	return nil
}

// isTrue reports whether a boolean option is set.
func isTrue(list []Option, name string) bool {
	v := optionOf(list, name)
	return v != nil && v.Text == "true"
}
