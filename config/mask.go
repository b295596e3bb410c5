package config

import "strings"

// LooksSecret says whether the name of a key speaks of a secret: a part of it is password, secret,
// token, credential, jaas and their like. Keys of unknown meaning are shown or hidden by it.
func LooksSecret(key string) bool {
	k := strings.ToLower(key)
	for _, word := range [...]string{
		"password", "passwd", "passphrase", "secret", "token", "credential", "jaas",
		"private.key", "private_key", "privatekey", "api.key", "api_key", "apikey",
		"access.key", "access_key", "accesskey", "keystore.key", "auth.user.info", "sas.key", "account.key",
	} {
		if strings.Contains(k, word) {
			return true
		}
	}
	return strings.HasSuffix(k, ".pwd") || strings.HasSuffix(k, "_pwd") || k == "pwd"
}

// MaskProps returns a copy of texts fit for logs: values of keys that LooksSecret are [hidden], the
// rest goes through MaskText. Variables such as ${file:a:b} name no secret and stay.
func MaskProps(props map[string]string) map[string]string {
	out := make(map[string]string, len(props))
	for k, text := range props {
		if LooksSecret(k) && text != "" && !onlyVariable(text) {
			out[k] = Hidden
		} else {
			out[k] = MaskText(text)
		}
	}
	return out
}

func onlyVariable(text string) bool {
	v, ok := nextVariable(text, 0)
	return ok && v.start == 0 && v.end == len(text)
}

// MaskText hides what URLs in text may carry: the user information before @ and the parameters that
// LooksSecret, as in jdbc:postgresql://u:p@h/db?password=p and jdbc:sqlserver://h;password=p.
// Text without :// and parameters is returned as it is.
func MaskText(text string) string {
	text = maskUserInfo(text)
	if !strings.ContainsAny(text, "?;&") {
		return text
	}
	return maskParameters(text)
}

func maskUserInfo(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	var b strings.Builder
	for text != "" {
		n := strings.IndexAny(text, " \t\r\n\"'<>")
		if n < 0 {
			n = len(text)
		}
		maskWord(&b, text[:n])
		if n < len(text) {
			b.WriteByte(text[n])
			n++
		}
		text = text[n:]
	}
	return b.String()
}

// maskWord writes a word without blanks, user information hidden.
func maskWord(b *strings.Builder, word string) {
	lastAt := strings.LastIndexByte(word, '@')
	from := 0
	for {
		at := strings.Index(word[from:], "://")
		if at < 0 || lastAt < from {
			b.WriteString(word[from:])
			return
		}
		start := from + at + len("://")
		b.WriteString(word[from:start])
		from = start
		if info := userInfoEnd(word, start, lastAt); info > start {
			b.WriteString(Hidden)
			from = info
		}
	}
}

// userInfoEnd is the position of the @ that ends the user information starting at start, or -1. A
// password may hold an unescaped slash: where the part after the colon is no port, it reaches to the
// last @ of the word.
func userInfoEnd(word string, start, lastAt int) int {
	end := len(word)
	if n := strings.IndexAny(word[start:], "/?#;"); n >= 0 {
		end = start + n
	}
	authority := word[start:end]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		return start + at
	}
	colon := strings.LastIndexByte(authority, ':')
	if colon >= 0 && lastAt > end && strings.Trim(authority[colon+1:], "0123456789]") != "" {
		return lastAt
	}
	return -1
}

func maskParameters(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		n := strings.IndexAny(text[i:], "?;&")
		if n < 0 {
			b.WriteString(text[i:])
			break
		}
		b.WriteString(text[i : i+n+1])
		i += n + 1
		end := i
		for end < len(text) && strings.IndexByte("?;& \t\r\n\"'", text[end]) < 0 {
			end++
		}
		if eq := strings.IndexByte(text[i:end], '='); eq > 0 && LooksSecret(text[i:i+eq]) {
			b.WriteString(text[i:i+eq+1] + Hidden)
			i = end
		}
	}
	return b.String()
}
