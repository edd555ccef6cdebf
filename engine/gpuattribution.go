package engine

// Tags has none: see GPUSolver.newStepper.
func (g *gpuGroup) Tags() []TagMember { return nil }
