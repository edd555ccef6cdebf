package stage

// Beside prepares another stage on the same device. Close gives back what it holds.
func (s *Stage) Beside() (*Stage, error) { return New(s.device) }
