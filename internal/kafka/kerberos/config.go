package kerberos

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/jcmturner/gokrb5/v8/config"
)

// includesMax bounds how deep files include each other.
const includesMax = 10

// includable are the names that includedir reads. Source: MIT krb5.conf(5).
var includable = regexp.MustCompile(`^[0-9A-Za-z_-]+$|^[^.].*\.conf$`)

// readConfig reads krb5.conf and what it includes.
func readConfig(path string) (*config.Config, error) {
	sections := map[string][]string{}
	if err := readSections(path, sections, includesMax); err != nil {
		return nil, fmt.Errorf("krb5.conf: %w", err)
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		text.WriteString("[" + name + "]\n" + strings.Join(sections[name], "\n") + "\n")
	}
	conf, err := config.NewFromString(text.String())
	if unread := (config.UnsupportedDirective{}); err != nil && !errors.As(err, &unread) {
		return nil, fmt.Errorf("krb5.conf: %s: %w", path, err)
	}
	return conf, nil
}

// readSections adds the lines of the sections of a file. The library knows one section of a name, and no includes.
func readSections(path string, into map[string][]string, depth int) error {
	if depth == 0 {
		return fmt.Errorf("%s: files include each other more than %d deep", path, includesMax)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	section := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		directive, argument, _ := strings.Cut(line, " ")
		argument = strings.TrimSpace(argument)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case directive == "include":
			if err := readSections(argument, into, depth-1); err != nil {
				return err
			}
		case directive == "includedir":
			if err := readFolder(argument, into, depth-1); err != nil {
				return err
			}
		case directive == "module":
		case line[0] == '[':
			name, _, closed := strings.Cut(line[1:], "]")
			if !closed {
				return fmt.Errorf("%s: the line %q opens no section", path, line)
			}
			section = strings.TrimSpace(name)
		case section == "":
			return fmt.Errorf("%s: the line %q stands in no section", path, line)
		default:
			into[section] = append(into[section], line)
		}
	}
	return nil
}

// readFolder reads the files of includedir, by name.
func readFolder(path string, into map[string][]string, depth int) error {
	files, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, f := range files {
		if f.IsDir() || !includable.MatchString(f.Name()) {
			continue
		}
		if err := readSections(filepath.Join(path, f.Name()), into, depth); err != nil {
			return err
		}
	}
	return err
}
