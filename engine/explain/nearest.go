package explain

import (
	"regexp"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
)

// nearestClass is the class that text was probably meant to be, by its simple name; of an outer class such as
// MaskField all nested ones. Packages do not count: they make all classes of one near to one another.
func nearestClass(text string, names []string) string {
	text = strings.TrimSpace(text)
	for _, side := range []string{"Key", "Value"} {
		if outer, ok := strings.CutSuffix(text, "."+side); ok {
			text = outer + "$" + side
		}
	}
	simple := simpleName(text)
	cores := make([]string, len(names))
	for i, n := range names {
		cores[i] = core(simpleName(n))
	}
	near := core(simple)
	if !slices.Contains(cores, near) {
		near = config.Nearest(near, cores)
	}
	var same []string
	for i, n := range names {
		if near != "" && cores[i] == near {
			same = append(same, n)
		}
	}
	var best []string
	for _, n := range same {
		if ending(simpleName(n)) == ending(simple) || strings.EqualFold(simpleName(n), simple) {
			best = append(best, n)
		}
	}
	if len(best) > 0 {
		same = best
	}
	return strings.Join(same, " or ")
}

// core is a simple name without what many have in common.
func core(simple string) string {
	simple, _, _ = strings.Cut(strings.ToLower(simple), "$")
	simple = cutNear(simple, "connector")
	for _, s := range []string{"converter", "source", "sink"} {
		if c, ok := strings.CutSuffix(simple, s); ok && c != "" {
			simple = c
		}
	}
	return simple
}

// cutNear cuts a suffix off, also one with a slip in it.
func cutNear(text, suffix string) string {
	if cut, ok := strings.CutSuffix(text, suffix); ok {
		return cut
	}
	for _, n := range []int{len(suffix) - 1, len(suffix), len(suffix) + 1} {
		if at := len(text) - n; at > 0 && config.Nearest(text[at:], []string{suffix}) != "" {
			return text[:at]
		}
	}
	return text
}

// ending is the part of a simple name that tells classes of one core apart.
func ending(simple string) string {
	low := strings.ToLower(simple)
	if _, nested, ok := strings.Cut(low, "$"); ok {
		return nested
	}
	for _, s := range []string{"source", "sink"} {
		if strings.Contains(low, s) {
			return s
		}
	}
	return ""
}

// simpleName is the class name without its package.
func simpleName(class string) string { return class[strings.LastIndexByte(class, '.')+1:] }

// listed finds the values that a refusal lists.
var listed = regexp.MustCompile(`must be one of(?: \(case insensitive\))?:? (.+)$`)

// truths are what people write for true and false.
var truths = map[string]string{"yes": "true", "on": "true", "1": "true", "y": "true", "no": "false", "off": "false", "0": "false", "n": "false"}

// similarKeys reports whether a key may have been meant to be another: the last parts are near, and what is
// before them. Common parents alone make no keys similar.
func similarKeys(key, other string) bool {
	at, atOther := strings.LastIndexByte(key, '.'), strings.LastIndexByte(other, '.')
	if at < 0 || atOther < 0 {
		return config.Nearest(key, []string{other}) != ""
	}
	return config.Nearest(key[at+1:], []string{other[atOther+1:]}) != "" && config.Nearest(key[:at], []string{other[:atOther]}) != ""
}

// nearestValue is the value of a key that text was probably meant to be, or all that there are.
//
// message is what the value was refused with: it may list those that are valid.
func nearestValue(text string, k *config.Key, recommended []string, message string) string {
	text = strings.TrimSpace(text)
	if k != nil && k.Type == config.Boolean {
		if v, ok := truths[strings.ToLower(text)]; ok {
			return v
		}
		return config.Nearest(text, []string{"true", "false"})
	}
	values := validValues(k)
	if m := listed.FindStringSubmatch(message); m != nil && len(values) == 0 {
		values = strings.Split(m[1], ", ")
	}
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
