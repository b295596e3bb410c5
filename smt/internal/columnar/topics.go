package columnar

import "slices"

// TopicNames collects the topics of a batch in work, each once. The zero value is empty.
type TopicNames struct {
	Names []string
	at    map[string]int32 // of more than fewTopics
}

// fewTopics is how many names are looked through one by one.
const fewTopics = 8

// Number returns the place of a name.
func (t *TopicNames) Number(name string) int32 {
	if n := len(t.Names); n > 0 && t.Names[n-1] == name {
		return int32(n - 1)
	}
	if len(t.Names) <= fewTopics {
		if at := slices.Index(t.Names, name); at >= 0 {
			return int32(at)
		}
	} else if at, ok := t.at[name]; ok {
		return at
	}
	t.Names = append(t.Names, name)
	if len(t.Names) > fewTopics {
		if t.at == nil {
			t.at = map[string]int32{}
			for i, n := range t.Names {
				t.at[n] = int32(i)
			}
		}
		t.at[name] = int32(len(t.Names) - 1)
	}
	return int32(len(t.Names) - 1)
}
