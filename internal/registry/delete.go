package registry

// deleteSubject deletes all versions of a subject, and returns their numbers.
// Source: KafkaSchemaRegistry.deleteSubject.
func (s *Store) deleteSubject(subject string, permanent bool) ([]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := live(s.subjects[subject], true)
	if len(list) == 0 {
		return nil, noSubject(subject)
	}
	if err := s.writable(subject); err != nil {
		return nil, err
	}
	alive := live(list, false)
	switch {
	case permanent && len(alive) > 0:
		return nil, notSoftDeleted(subject)
	case !permanent && len(alive) == 0:
		return nil, softDeleted(subject)
	case !permanent:
		list = alive
	}
	for _, v := range list {
		if s.referenced(subject, v.number, false) {
			return nil, referenced(subject, v.number)
		}
	}
	numbers := []int{}
	for _, v := range append([]version(nil), list...) {
		if err := s.change(event{Delete: &deleted{subject, v.number, permanent}}); err != nil {
			return nil, err
		}
		numbers = append(numbers, v.number)
	}
	if permanent {
		return numbers, nil
	}
	return numbers, s.forget(subject)
}

// forget drops what a subject has of its own when its last version goes.
func (s *Store) forget(subject string) error {
	if _, own := s.modes[subject]; own {
		if err := s.change(event{Mode: &modeSet{Subject: subject}}); err != nil {
			return err
		}
	}
	if _, own := s.configs[subject]; own {
		return s.change(event{Config: &configured{Subject: subject}})
	}
	return nil
}

// deleteVersion deletes one version. Source: SubjectVersionsResource.deleteSchemaVersion.
func (s *Store) deleteVersion(subject, text string, permanent bool) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.at(subject, text, text != "latest")
	if err != nil {
		return 0, err
	}
	if err := s.writable(subject); err != nil {
		return 0, err
	}
	switch {
	case permanent && !v.deleted:
		return 0, versionNotSoftDeleted(subject, v.number)
	case !permanent && v.deleted:
		return 0, versionSoftDeleted(subject, v.number)
	case s.referenced(subject, v.number, false):
		return 0, referenced(subject, v.number)
	}
	if err := s.change(event{Delete: &deleted{subject, v.number, permanent}}); err != nil {
		return 0, err
	}
	if !permanent && len(live(s.subjects[subject], false)) == 0 {
		return v.number, s.forget(subject)
	}
	return v.number, nil
}

// writable refuses changes in read-only mode.
func (s *Store) writable(subject string) error {
	if s.mode(subject) == "READONLY" {
		return notPermitted("Subject %s in context %s is in read-only mode", subject, contextOf(subject))
	}
	return nil
}
