package window

import (
	"time"

	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
)

// draft is what the picture of a box may take while it moves or the run plays.
const draft = 40 * time.Millisecond

// detail is how finely the next picture of a box is painted: coarsely while things move,
// and with all its pixels when they have come to rest, unless they move again.
func (w *Window) detail() stage.Detail {
	if w.report.Playing || w.changed() || w.resting <= 1 {
		return stage.Detail{Draft: draft}
	}
	return stage.Detail{Abandoned: w.hurried.Load}
}

// scriptCoarse is how coarsely a script's boxes are painted while the run plays.
const scriptCoarse = 4

// scripted is detail for pictures that do not depend on how fast a machine is.
func (w *Window) scripted() stage.Detail {
	if w.report != nil && w.report.Playing {
		return stage.Detail{Coarse: scriptCoarse}
	}
	return stage.Detail{}
}
