package explain

import (
	"strings"

	"github.com/millrace/millrace/config"
)

// nearestClass is the class that text was probably meant to be: by full name, by simple name, or, for an
// outer class such as MaskField, the nested ones.
func nearestClass(text string, names []string) string {
	text = strings.TrimSpace(text)
	simple := simpleName(text)
	var nested []string
	for _, n := range names {
		outer, _, isNested := strings.Cut(n, "$")
		if isNested && (strings.EqualFold(outer, text) || strings.EqualFold(simpleName(outer), simple)) {
			nested = append(nested, n)
		}
	}
	if len(nested) > 0 {
		return strings.Join(nested, " or ")
	}
	for _, n := range names {
		if strings.EqualFold(simpleName(n), simple) {
			return n
		}
	}
	if n := config.Nearest(text, names); n != "" {
		return n
	}
	simples := make([]string, len(names))
	for i, n := range names {
		simples[i] = simpleName(n)
	}
	near := config.Nearest(simple, simples)
	for _, cut := range []string{"Connector", "Converter"} {
		if near == "" {
			near = config.Nearest(simple+cut, simples)
		}
	}
	for i, n := range simples {
		if near != "" && n == near {
			return names[i]
		}
	}
	return ""
}

// simpleName is the class name without its package.
func simpleName(class string) string { return class[strings.LastIndexByte(class, '.')+1:] }

// truths are what people write for true and false.
var truths = map[string]string{"yes": "true", "on": "true", "1": "true", "y": "true", "no": "false", "off": "false", "0": "false", "n": "false"}

// nearestValue is the value of a key that text was probably meant to be, or all that there are.
func nearestValue(text string, k *config.Key, recommended []string) string {
	text = strings.TrimSpace(text)
	if k != nil && k.Type == config.Boolean {
		if v, ok := truths[strings.ToLower(text)]; ok {
			return v
		}
		return config.Nearest(text, []string{"true", "false"})
	}
	values := validValues(k)
	if len(values) == 0 {
		values = recommended
	}
	if n := config.Nearest(text, values); n != "" && n != text {
		return n
	}
	if n := nearestNumber(text, k); n != "" {
		return n
	}
	if len(values) > 0 && len(values) <= 8 {
		return strings.Join(values, " or ")
	}
	return ""
}

// nearestNumber is a number written with separators, or as a decimal without a fraction.
func nearestNumber(text string, k *config.Key) string {
	if k == nil || k.Type != config.Int && k.Type != config.Long && k.Type != config.Short {
		return ""
	}
	plain := strings.NewReplacer("_", "", ",", "", " ", "").Replace(text)
	plain = strings.TrimSuffix(plain, ".0")
	if _, err := config.ParseText(k.Name, plain, k.Type); err != nil || plain == text || k.Validator != nil && k.Validator.Validate(k.Name, mustParse(k, plain)) != nil {
		return ""
	}
	return plain
}

func mustParse(k *config.Key, text string) any {
	v, _ := config.ParseText(k.Name, text, k.Type)
	return v
}

// validValues are what the validator of a key lists, nil where it lists none.
func validValues(k *config.Key) []string {
	if k == nil || k.Validator == nil {
		return nil
	}
	if v, ok := k.Validator.(interface{ Values() []string }); ok {
		return v.Values()
	}
	list, ok := strings.CutPrefix(k.Validator.String(), "(case insensitive) [")
	if !ok {
		return nil
	}
	return strings.Split(strings.TrimSuffix(list, "]"), ", ")
}
