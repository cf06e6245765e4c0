package lab

// SetMapping saves another table of user attributes, which restarts the job:
// the next cycle compares everybody with the server and patches what differs.
// Who is whom at the server stays known, and what is not mapped any more stays
// there as it is. A table that cannot be used is an error and changes nothing.
func (e *Entra) SetMapping(table []Mapping) error {
	m, err := compileMapping(table)
	if err != nil {
		return err
	}
	e.run.Lock()
	defer e.run.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mapping, e.err = m, nil
	e.restart()
	return nil
}

// firstMatch is the target that a person is looked up by first.
func (e *Entra) firstMatch() (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return "", e.err
	}
	return e.mapping.matches[0].Target, nil
}
