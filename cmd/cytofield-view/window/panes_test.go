package window

import (
	"fmt"
	"testing"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/colormap"
)

// A, B and their difference are drawn where the one camera says, in the colours of their densities.
func TestThreePanesShareACamera(t *testing.T) {
	for _, device := range []bool{false, true} {
		t.Run(fmt.Sprintf("device=%v", device), func(t *testing.T) {
			w := openedOn(t, NewOffscreen(1400, 700), slope, device)
			w.RunTo(60)
			draw(t, w)
			w.Fork()
			w.do(func(s *session.Session) error {
				return s.Happen("dose: {TNF: 2 nM}, within: {sphere: {centre: [35 um, 25 um, 15 um], radius: 12 um}}")
			})
			w.RunTo(120)
			draw(t, w)
			if w.Faults() != "" || len(w.panes()) != 3 {
				t.Fatalf("%d panes; %s", len(w.panes()), w.Faults())
			}
			for _, zoomed := range []bool{false, true} {
				if zoomed {
					at := w.panes()[1].corner
					imgui.CurrentIO().AddMousePosEvent(at.X+w.panes()[1].size.X/2, at.Y+w.panes()[1].size.Y/2)
					draw(t, w)
					imgui.CurrentIO().AddMouseWheelEvent(0, 1)
					draw(t, w)
					imgui.CurrentIO().AddMousePosEvent(-1, -1)
					draw(t, w)
				}
				showsPanes(t, w)
			}
			for _, keepA := range []bool{true, false} {
				w.Join(keepA)
				draw(t, w)
				if w.forks.beside != nil || keepA && len(w.report.Edits) != 0 {
					t.Errorf("joined to %d edits", len(w.report.Edits))
				}
				w.Fork()
				draw(t, w)
			}
		})
	}
}

func showsPanes(t *testing.T, w *Window) {
	t.Helper()
	img, err := w.Picture()
	if err != nil {
		t.Fatal(err)
	}
	difference, err := colormap.ByName(session.DifferenceMap)
	if err != nil {
		t.Fatal(err)
	}
	b := w.forks.beside
	most := float32(0)
	for i, p := range w.panes() {
		plane, scale, colours := p.report.Plane, p.report.Scale, w.look.Map
		if i == 2 {
			plane, scale, colours = b.Difference, b.Scale, difference
		}
		camera := w.camera
		camera.corner, camera.size = p.corner, p.size
		for _, voxel := range [][2]int{{3, 2}, {2, 2}, {4, 1}} {
			u, v := voxel[0], voxel[1]
			at := camera.pixel((float64(u)+0.5)*plane.Spacing[0], (float64(v)+0.5)*plane.Spacing[1])
			want := colours.At(scale.Position(float64(plane.At(u, v))))
			if got := img.RGBAAt(int(at.X), int(at.Y)); far(got, want) > 2 {
				t.Errorf("pane %s: voxel %d, %d of %g nM is %v, want %v", p.name, u, v, plane.At(u, v), got, want)
			}
			if i == 2 {
				most = max(most, plane.At(u, v))
			}
		}
	}
	if most < 0.01 {
		t.Errorf("a dose of 2 nM in B makes a difference of %g nM", most)
	}
}
