package jsonschema

// appendIndented appends compact JSON text as Jackson prints it for eyes: members on lines of their own, elements in one.
// Source: com.fasterxml.jackson.core.util.DefaultPrettyPrinter.
func appendIndented(dst, text []byte) []byte {
	level := 0
	line := func() {
		dst = append(dst, '\n')
		for range level {
			dst = append(dst, ' ', ' ')
		}
	}
	var open []byte // brackets
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			from := i
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			dst = append(dst, text[from:i+1]...)
		case (c == '{' || c == '[') && (text[i+1] == '}' || text[i+1] == ']'):
			dst = append(dst, c, ' ', text[i+1])
			i++
		case c == '{':
			open = append(open, c)
			level++
			dst = append(dst, c)
			line()
		case c == '[':
			open = append(open, c)
			dst = append(dst, c, ' ')
		case c == '}':
			open = open[:len(open)-1]
			level--
			line()
			dst = append(dst, c)
		case c == ']':
			open = open[:len(open)-1]
			dst = append(dst, ' ', c)
		case c == ',' && open[len(open)-1] == '{':
			dst = append(dst, c)
			line()
		case c == ',':
			dst = append(dst, ", "...)
		case c == ':':
			dst = append(dst, " : "...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
