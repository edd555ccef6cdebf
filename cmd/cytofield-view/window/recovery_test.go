package window

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/gpu"
)

// failing is a host whose context is lost.
type failing struct {
	*Offscreen
	lost bool
}

func (f *failing) Screen(q *gpu.Queue) (*gpu.Screen, error) {
	if f.lost {
		return nil, gpu.ErrContextLost
	}
	return f.Offscreen.Screen(q)
}

func TestALostContextLosesNoEdits(t *testing.T) {
	t.Chdir(t.TempDir())
	host := &failing{Offscreen: NewOffscreen(800, 500)}
	w := openedOn(t, host, slope, true)
	draw(t, w)
	if path, err := w.Recover(); path != "" || err != nil {
		t.Errorf("%q and %v of a window in which nothing was done", path, err)
	}
	w.do(func(s *session.Session) error { return s.Happen("dose: {TNF: 3 nM}") })
	draw(t, w)
	host.lost = true
	if err := w.Run(context.Background()); !errors.Is(err, gpu.ErrContextLost) {
		t.Fatalf("the window ends with %v, want %v", err, gpu.ErrContextLost)
	}
	for _, want := range []string{"a-slope-recovered.yaml", "a-slope-recovered-2.yaml"} {
		path, err := w.Recover()
		if err != nil || path != want {
			t.Fatalf("%q and %v, want %s", path, err, want)
		}
		if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "dose:") {
			t.Errorf("%v: recovered was\n%s", err, text)
		}
	}
	host.lost = false
	w.Save("saved.yaml")
	draw(t, w)
	if path, err := w.Recover(); path != "" || err != nil {
		t.Errorf("%q and %v after all was saved", path, err)
	}
	w.do(func(s *session.Session) error { return s.Happen("clear: [TNF]") })
	draw(t, w)
	if path, err := w.Recover(); path == "" || err != nil {
		t.Errorf("%q and %v after another edit", path, err)
	}
}
