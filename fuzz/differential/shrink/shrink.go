package shrink

import (
	"bytes"
	"slices"

	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Shrink returns the smallest failing trial it finds by asking fails at most tries times. t itself is known to fail.
//
// Ownership: t is not changed.
func Shrink(t *trial.Trial, fails func(*trial.Trial) bool, tries int) *trial.Trial {
	best, size := t, measure(t)
	for progress := true; progress && tries > 0; {
		progress = false
		candidates(best, func(c *trial.Trial) bool {
			m := measure(c)
			if len(m) > len(size) || len(m) == len(size) && bytes.Compare(m, size) >= 0 {
				return true
			}
			tries--
			if fails(c) {
				best, size, progress = c, m, true
				return false
			}
			return tries > 0
		})
	}
	return best
}

func measure(t *trial.Trial) []byte { return trial.AppendStored(nil, t, trial.Outcome{}) }

// candidates yields simpler trials, the boldest steps first, until yield returns false.
func candidates(t *trial.Trial, yield func(*trial.Trial) bool) {
	_ = fewerItems(t, yield) && single(t, yield) && fewerPlugins(t, yield) && lessConfig(t, yield) && simplerItems(t, yield)
}

func fewerItems(t *trial.Trial, yield func(*trial.Trial) bool) bool {
	for n := (len(t.Items) + 1) / 2; n >= 1 && len(t.Items) > 1; n /= 2 {
		for at := 0; at < len(t.Items); at += n {
			c := t.Clone()
			c.Items = slices.Delete(c.Items, at, min(at+n, len(c.Items)))
			if len(c.Items) > 0 && !yield(c) {
				return false
			}
		}
	}
	return true
}

func single(t *trial.Trial, yield func(*trial.Trial) bool) bool {
	if t.Batch && len(t.Items) == 1 {
		c := t.Clone()
		c.Batch = false
		// "false" is longer than "true": a single is simpler all the same, so it is offered together with a shorter topic.
		c.Topic = ""
		if !yield(c) {
			return false
		}
	}
	if len(t.Topic) > 1 {
		c := t.Clone()
		c.Topic = "t"
		return yield(c)
	}
	return true
}

func fewerPlugins(t *trial.Trial, yield func(*trial.Trial) bool) bool {
	for at := range t.Plugins {
		if t.Plugins[at].Predicate > 0 {
			c := t.Clone()
			c.Plugins[at].Predicate, c.Plugins[at].Negate = 0, false
			if !yield(c) {
				return false
			}
		}
		if len(t.Plugins) == 1 || referenced(t, at) {
			continue
		}
		c := t.Clone()
		c.Plugins = slices.Delete(c.Plugins, at, at+1)
		for i := range c.Plugins {
			if c.Plugins[i].Predicate > at {
				c.Plugins[i].Predicate--
			}
		}
		if !yield(c) {
			return false
		}
	}
	return true
}

func referenced(t *trial.Trial, at int) bool {
	for _, p := range t.Plugins {
		if p.Predicate == at+1 {
			return true
		}
	}
	return false
}

func lessConfig(t *trial.Trial, yield func(*trial.Trial) bool) bool {
	for i := range t.Plugins {
		if t.Plugins[i].IsKey {
			c := t.Clone()
			c.Plugins[i].IsKey = false
			if !yield(c) {
				return false
			}
		}
		for at := range t.Plugins[i].Config {
			if t.Plugins[i].Config[at].Key == registryKey {
				continue
			}
			c := t.Clone()
			c.Plugins[i].Config = slices.Delete(c.Plugins[i].Config, at, at+1)
			if !yield(c) {
				return false
			}
			ok := shorterTexts(t.Plugins[i].Config[at].Text, func(text string) bool {
				c := t.Clone()
				c.Plugins[i].Config[at].Text = text
				return yield(c)
			})
			if !ok {
				return false
			}
		}
	}
	return true
}

// registryKey says which registry answers, in the cases of reading with which schema: the case is none without it.
const registryKey = "schema.registry.url"

func simplerItems(t *trial.Trial, yield func(*trial.Trial) bool) bool {
	for i := range t.Items {
		ok := simplerItem(&t.Items[i], func(it trial.Item) bool {
			c := t.Clone()
			c.Items[i] = it
			return yield(c)
		})
		if !ok {
			return false
		}
	}
	return true
}
