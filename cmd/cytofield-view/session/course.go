package session

import (
	"errors"
	"io"
	"time"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

// Course is a run that a window shows: a Session, which computes it, or a Replay of one
// that was recorded.
type Course interface {
	Look(v View) (*Report, error)
	// Density returns the texture that holds a substrate now, nil where there is none.
	Density(id tissue.SubstrateID) *gpu.Texture
	Tick(wall, limit time.Duration) error
	Play(on bool)
	SetSpeed(simulatedPerSecond float64)
	RunTo(t float64)
	Seek(t float64) error // goes to what has been seen at a time, s
	Step() error
	Back() error // undoes Step, as far as what was before is kept
	Restart() error
	Pin(at r3.Vec) error
	PinCell(id tissue.CellID) error
	Unpin(i int)
	WriteGated(w io.Writer, g *Gate) error
	Close() error
}

var (
	_ Course = (*Session)(nil)
	_ Course = (*Replay)(nil)
)

// ErrRecorded is what steering a replay returns.
var ErrRecorded = errors.New("this run was recorded and cannot be changed: run it anew to steer it")
