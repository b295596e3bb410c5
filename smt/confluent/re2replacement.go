package confluent

import (
	"regexp"
	"strconv"
	"strings"
)

// re2Replacement resolves $n, ${name} and backslashes for one match of re in text; at is what
// FindStringSubmatchIndex returned. A numbered group takes as many digits as make a group that exists.
//
// Errors: IndexOutOfBoundsException, IllegalArgumentException. Source: com.google.re2j.Matcher.appendReplacement.
func re2Replacement(re *regexp.Regexp, replacement, text string, at []int) (string, error) {
	var out strings.Builder
	group := func(n int, absent string) {
		if at[2*n] < 0 {
			out.WriteString(absent)
			return
		}
		out.WriteString(text[at[2*n]:at[2*n+1]])
	}
	for i := 0; i < len(replacement); i++ {
		c := replacement[i]
		last := i == len(replacement)-1
		switch {
		case c == '\\' && !last:
			i++
			out.WriteByte(replacement[i])
		case c == '$' && !last && isDigit(replacement[i+1]):
			n := int(replacement[i+1] - '0')
			for i++; i+1 < len(replacement) && isDigit(replacement[i+1]); i++ {
				next := n*10 + int(replacement[i+1]-'0')
				if next > re.NumSubexp() {
					break
				}
				n = next
			}
			if n > re.NumSubexp() {
				return "", exception("java.lang.IndexOutOfBoundsException", "n > number of groups: "+strconv.Itoa(n))
			}
			group(n, "")
		case c == '$' && !last && replacement[i+1] == '{':
			end := strings.IndexAny(replacement[i:], "} ")
			if end < 0 || replacement[i+end] == ' ' {
				return "", exception("java.lang.IllegalArgumentException", "named capture group is missing trailing '}'")
			}
			name := replacement[i+2 : i+end]
			n := -1
			if name != "" {
				n = re.SubexpIndex(name)
			}
			if n < 0 {
				return "", exception("java.lang.IllegalArgumentException", "group '"+name+"' not found")
			}
			group(n, "null")
			i += end
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
