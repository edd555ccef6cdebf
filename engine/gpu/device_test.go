package gpu_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

// do runs f on the GL thread of a fresh device and fails the test with its error.
func do(t *testing.T, f func(q *gpu.Queue) error) {
	t.Helper()
	if err := gputest.Open(t).Do(f); err != nil {
		t.Fatal(err)
	}
}

// wantError fails the test unless the error's text holds all the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

func TestDoRunsOneCallAtATime(t *testing.T) {
	d := gputest.Open(t)
	const callers, calls = 8, 50
	count := 0 // guarded by nothing but Do
	var wait sync.WaitGroup
	for range callers {
		wait.Go(func() {
			for range calls {
				err := d.Do(func(q *gpu.Queue) error {
					count++
					x, err := q.NewTexture([3]int{3, 2, 1})
					x.Free(q)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if count != callers*calls {
		t.Errorf("%d calls ran, want %d", count, callers*calls)
	}
}

func TestDevicesOpenedAtOnceAreIndependent(t *testing.T) {
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			do(t, func(q *gpu.Queue) error {
				x, err := q.NewTexture([3]int{4, 1, 1})
				if err != nil {
					return err
				}
				defer x.Free(q)
				got := make([]float32, 4)
				if err := q.WriteTexture(x, []float32{float32(i), 1, 2, 3}); err != nil {
					return err
				}
				if err := q.ReadTexture(x, got); err != nil {
					return err
				}
				if got[0] != float32(i) {
					t.Errorf("device %d reads %g", i, got[0])
				}
				return nil
			})
		})
	}
}

func TestDoReturnsItsError(t *testing.T) {
	want := errors.New("no")
	if got := gputest.Open(t).Do(func(*gpu.Queue) error { return want }); !errors.Is(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPanicReachesTheCallerAndTheDeviceLives(t *testing.T) {
	d := gputest.Open(t)
	func() {
		defer func() {
			p, ok := recover().(*gpu.Panic)
			if !ok || p.Value != "boom" || !strings.Contains(p.Error(), "device_test.go") {
				t.Errorf("recovered %v, want boom and where it came from", p)
			}
		}()
		_ = d.Do(func(*gpu.Queue) error { panic("boom") })
	}()
	if err := d.Do(func(*gpu.Queue) error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestFailNowInsideDoEndsTheCallerAndTheDeviceLives(t *testing.T) {
	d := gputest.Open(t)
	for range 3 {
		returned := false
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = d.Do(func(*gpu.Queue) error { runtime.Goexit(); return nil })
			returned = true
		}()
		<-done
		if returned {
			t.Error("Do returned, want its caller to end")
		}
	}
	if err := d.Do(func(*gpu.Queue) error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestCloseCountsWhatIsLeft(t *testing.T) {
	d := open(t)
	err := d.Do(func(q *gpu.Queue) error {
		x, err := q.NewTexture([3]int{2, 3, 4})
		if err != nil {
			return err
		}
		if _, err := q.NewTexture([3]int{2, 3, 1}); err != nil {
			return err
		}
		if _, err := q.NewBuffer(100); err != nil {
			return err
		}
		if live, bytes := d.Live(), d.Allocated(); live != 3 || bytes != 4*24+4*6+100 {
			t.Errorf("%d live resources of %d bytes, want 3 of %d", live, bytes, 4*24+4*6+100)
		}
		x.Free(q)
		x.Free(q)
		(*gpu.Texture)(nil).Free(q)
		(*gpu.Buffer)(nil).Free(q)
		(*gpu.Kernel[struct{}])(nil).Free(q)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if live := d.Live(); live != 2 {
		t.Errorf("%d live resources, want 2", live)
	}
	err = d.Close()
	if !errors.Is(err, gpu.ErrLeak) {
		t.Errorf("closing returned %v, want ErrLeak", err)
	}
	wantError(t, err, "1 textures", "1 buffers")
}

func TestClosingTwiceIsHarmlessAndDoIsThenRefused(t *testing.T) {
	d := open(t)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := d.Do(func(*gpu.Queue) error { t.Error("ran after Close"); return nil }); err != gpu.ErrClosed {
		t.Errorf("Do returned %v, want ErrClosed", err)
	}
}

func TestOpenFailsWithTheOpenersError(t *testing.T) {
	_, err := gpu.Open(func() (gpu.Context, error) {
		return nil, &gpu.UnavailableError{Tried: []string{"EGL device 0: found OpenGL 3.3 on an old card"}}
	})
	var unavailable *gpu.UnavailableError
	if !errors.As(err, &unavailable) {
		t.Fatalf("got %v, want an UnavailableError", err)
	}
	wantError(t, err, "OpenGL 4.3", "found OpenGL 3.3 on an old card", "libegl1 libegl-mesa0 libgl1-mesa-dri", "or run with --device cpu")
	unavailable.Draws = true // then another device would not do
	wantError(t, err, "cytofield run SCENARIO --device cpu")
	if strings.Contains(err.Error(), "or run with") {
		t.Errorf("for a window it says %v", err)
	}
}

func TestGLErrorsAreReturnedInDebug(t *testing.T) {
	d := gputest.Open(t)
	complain := func(*gpu.Queue) error { gpu.MakeGLError(); return nil }
	wantError(t, d.Do(complain), "GL_INVALID_ENUM", "glEnable")
	if err := d.SetDebug(false); err != nil {
		t.Error(err)
	}
	if err := d.Do(complain); err != nil {
		t.Errorf("outside debug GL is not asked, got %v", err)
	}
}

func TestInfoIsComplete(t *testing.T) {
	info := gputest.Open(t).Info()
	if info.Vendor == "" || info.Renderer == "" || info.GLVersion == "" || info.GLSLVersion == "" || info.Driver == "" {
		t.Errorf("a name is missing in %+v", info)
	}
	// The least that OpenGL 4.3 allows.
	if info.MaxTextureSize2D < 16384 || info.MaxTextureSize3D < 2048 || info.MaxComputeImages < 8 ||
		info.MaxImageUnits < 8 || info.MaxComputeBuffers < 8 || info.MaxBufferBytes < 1<<24 ||
		info.MaxGroupCount[2] < 65535 || info.MaxGroupSize[2] < 64 || info.MaxGroupInvocations < 1024 ||
		info.MaxSharedBytes < 32768 || info.MaxComputeSamplers < 16 {
		t.Errorf("a limit is below that of OpenGL 4.3 in %+v", info)
	}
	if info.Software && info.MemoryBytes == 0 {
		t.Error("the memory of a software device is the host's, but it is unknown")
	}
}

// open opens a device that the test closes itself, where gputest.Open would not have skipped or failed it.
func open(t *testing.T) *gpu.Device {
	t.Helper()
	gputest.Open(t)
	d, err := gpu.Open(egl.Any())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// No driver here can be made to reset itself; what it would report is known.
func TestALostContextIsCalledSo(t *testing.T) {
	const lost = 0x0507 // GL_CONTEXT_LOST
	for _, codes := range [][]uint32{{lost}, {lost, lost, lost}} {
		if err := gpu.ErrorOf(codes...); !errors.Is(err, gpu.ErrContextLost) || !strings.Contains(err.Error(), "while testing") {
			t.Errorf("%x: %v, want %v", codes, err, gpu.ErrContextLost)
		}
	}
	if err := gpu.ErrorOf(); err != nil {
		t.Error(err)
	}
}
