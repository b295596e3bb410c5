package schemaregistry

import (
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
)

// Version is that of the originals whose behaviour is followed.
const Version = "8.5.0"

// Keys of all formats. Source: AbstractDataConfig.
const (
	KeyCacheSize      = "schemas.cache.config"
	KeyGeneralized    = "generalized.sum.type.support"
	KeyIgnoreDefaults = "ignore.default.for.nullables"
)

// keyBackup is refused by every format.
const keyBackup = "schema.backup.enabled"

// NewClass returns the class of a converter that keeps its schemas in a registry. def has the keys of DefineConverter, of says what the
// format gives, and open makes a converter of a config that was read and of options for Open.
func NewClass(name string, def *config.Def, kind Kind, of Options, open func(v *config.Values, o Options) (codec.Converter, error)) *codec.Class {
	DefineFlag(def, keyBackup, false, config.Low, "Whether values travel in a wrapper with the text of their schema")
	of.Mocks = NewMocks(kind)
	configured := func(props map[string]string, isKey bool, in codec.Context) (codec.Converter, error) {
		v, err := def.Parse(props)
		if err != nil {
			return nil, err
		}
		if v.Bool(keyBackup) {
			return nil, config.InvalidValue(keyBackup, true, "not supported: only false is")
		}
		o := of
		o.Key, o.Logger, o.Refuse = isKey, in.Logger, in.Refuse
		return open(v, o)
	}
	return &codec.Class{Name: name, Version: Version, Def: def, New: configured}
}

// DefineConverter returns the keys of Define and those that all formats have. Source: AbstractDataConfig.
func DefineConverter() *config.Def {
	def := Define(config.NewDef())
	def.Define(config.Key{Name: KeyCacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Size of the converted schemas cache"})
	DefineFlag(def, KeyGeneralized, false, config.Medium, "Toggle for enabling/disabling generalized sum type support: interoperability of enum/union with other schema formats")
	DefineFlag(def, KeyIgnoreDefaults, false, config.Medium, "Whether to ignore the default for nullable fields when the value is null")
	return def
}

// DefineFlag adds a BOOLEAN key.
func DefineFlag(def *config.Def, name string, on bool, importance config.Importance, doc string) {
	def.Define(config.Key{Name: name, Type: config.Boolean, Default: on, Importance: importance, Doc: doc})
}

// CacheSize is how many schemas a converter keeps what it made of, for reading and for writing.
func CacheSize(v *config.Values) int { return int(max(v.Int32(KeyCacheSize), 1)) }
