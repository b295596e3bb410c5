// Package corpus keeps trials with the original's answers as files, so that they replay where no Java is.
//
// A folder per kind. `<hash>.json` holds one trial that once showed a difference; `seed.jsonl` holds a head line, which names the
// versions behind the answers, and then a trial a line.
package corpus
