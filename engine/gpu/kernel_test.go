package gpu_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

const head = `#version 430 core
layout(local_size_x = 8, local_size_y = 4, local_size_z = 2) in;
`

// addSource adds step to the voxels inside shape and counts the invocations outside.
func addSource(dimensions int) string {
	at := "v"
	if dimensions == 2 {
		at = "v.xy"
	}
	return head + fmt.Sprintf(`
layout(r32f) uniform image%dD field;
layout(std430) buffer Outside { int outside; };
uniform ivec3 shape;
uniform float step;
void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (any(greaterThanEqual(v, shape))) {
        atomicAdd(outside, 1);
        return;
    }
    imageStore(field, %s, imageLoad(field, %[2]s) + vec4(step));
}`, dimensions, at)
}

type addArgs struct {
	Field   *gpu.Texture `gl:"field"`
	Outside *gpu.Buffer  `gl:"Outside"`
	Shape   [3]int32     `gl:"shape"`
	Step    float32      `gl:"step"`
}

func newKernel[A any](t *testing.T, q *gpu.Queue, source string) *gpu.Kernel[A] {
	t.Helper()
	k, err := gpu.NewKernel[A](q, source)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newBuffer(t *testing.T, q *gpu.Queue, bytes int) *gpu.Buffer {
	t.Helper()
	b, err := q.NewBuffer(bytes)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLaunchCoversEveryVoxelOnce(t *testing.T) {
	d := gputest.Open(t)
	for _, shape := range append(shapes, [3]int{8, 4, 2}, [3]int{9, 5, 3}, [3]int{16, 8, 1}) {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			err := d.Do(func(q *gpu.Queue) error {
				dimensions := 3
				if shape[2] == 1 {
					dimensions = 2
				}
				k := newKernel[addArgs](t, q, addSource(dimensions))
				defer k.Free(q)
				if k.GroupSize() != [3]int{8, 4, 2} {
					t.Errorf("group size %v, want that of the source", k.GroupSize())
				}
				field, outside := newTexture(t, q, shape), newBuffer(t, q, 4)
				defer field.Free(q)
				defer outside.Free(q)
				args := addArgs{field, outside, [3]int32{int32(shape[0]), int32(shape[1]), int32(shape[2])}, 0.5}
				q.ResetCounts()
				for range 3 { // each adds to what the last one stored
					if err := k.Launch(q, shape, &args); err != nil {
						return err
					}
				}
				if q.Counts().Launches != 3 {
					t.Errorf("%d launches counted, want 3", q.Counts().Launches)
				}
				for i, c := range read(t, q, field) {
					if c != 1.5 {
						t.Fatalf("voxel %d holds %g, want 1.5", i, c)
					}
				}
				launched := 1
				for axis, n := range shape {
					launched *= (n + k.GroupSize()[axis] - 1) / k.GroupSize()[axis] * k.GroupSize()[axis]
				}
				got := make([]int32, 1)
				if err := gpu.ReadBuffer(q, outside, 0, got); err != nil {
					return err
				}
				if want := int32(3 * (launched - field.Voxels())); got[0] != want {
					t.Errorf("%d invocations lay outside, want %d: no more groups than needed", got[0], want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestLaunchAllocatesNothing(t *testing.T) {
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		k := newKernel[addArgs](t, q, addSource(3))
		field, outside := newTexture(t, q, [3]int{2, 2, 2}), newBuffer(t, q, 4)
		defer k.Free(q)
		defer field.Free(q)
		defer outside.Free(q)
		step := float32(0)
		launch := func() {
			step++
			if err := k.Launch(q, field.Shape(), &addArgs{field, outside, [3]int32{2, 2, 2}, step}); err != nil {
				t.Error(err)
			}
		}
		if n := testing.AllocsPerRun(100, launch); n != 0 {
			t.Errorf("%g allocations for each launch, want 0", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*gpu.Queue) error { return nil }
	if n := testing.AllocsPerRun(100, func() { _ = d.Do(nothing) }); n != 0 {
		t.Errorf("%g allocations for each Do, want 0", n)
	}
}

func TestEveryTypeOfArgumentArrives(t *testing.T) {
	type common struct {
		I  int32    `gl:"i"`
		I2 [2]int32 `gl:"i2"`
		I3 [3]int32 `gl:"i3"`
		I4 [4]int32 `gl:"i4"`
	}
	type arguments struct {
		U   uint32      `gl:"u"`
		Out *gpu.Buffer `gl:"Out"`
		common
		U2      [2]uint32    `gl:"u2"`
		F       float32      `gl:"f"`
		F2      [2]float32   `gl:"f2"`
		F3      [3]float32   `gl:"f3"`
		F4      [4]float32   `gl:"f4"`
		Missing [3]float32   `gl:"missing,optional"`
		Weights [5]float32   `gl:"weights"`
		Offsets [2][3]int32  `gl:"offsets"`
		Image   *gpu.Texture `gl:"image"`
		Plane   *gpu.Texture `gl:"plane"`
		Volume  *gpu.Texture `gl:"volume"`
		More    *gpu.Buffer  `gl:"More"`
	}
	const source = `#version 430 core
layout(local_size_x = 1) in;
layout(std430) buffer Out { float result[]; };
layout(std430) readonly buffer More { float more[]; };
uniform int i; uniform ivec2 i2; uniform ivec3 i3; uniform ivec4 i4;
uniform uint u; uniform uvec2 u2;
uniform float f; uniform vec2 f2; uniform vec3 f3; uniform vec4 f4;
uniform float weights[5]; uniform ivec3 offsets[2];
layout(r32f) readonly uniform image2D image; uniform sampler2D plane; uniform sampler3D volume;
int n = 0;
void put(float x) { result[n++] = x; }
void main() {
    put(i); put(i2.x); put(i2.y); put(i3.x); put(i3.y); put(i3.z); put(i4.x); put(i4.y); put(i4.z); put(i4.w);
    put(u); put(u2.x); put(u2.y);
    put(f); put(f2.x); put(f2.y); put(f3.x); put(f3.y); put(f3.z); put(f4.x); put(f4.y); put(f4.z); put(f4.w);
    for (int j = 0; j < 5; j++) put(weights[j]);
    for (int j = 0; j < 2; j++) { put(offsets[j].x); put(offsets[j].y); put(offsets[j].z); }
    put(imageLoad(image, ivec2(1, 0)).x);
    put(texelFetch(plane, ivec2(0, 1), 0).x);
    put(texelFetch(volume, ivec3(0, 0, 1), 0).x);
    put(more[1]);
}`
	do(t, func(q *gpu.Queue) error {
		k := newKernel[arguments](t, q, source)
		defer k.Free(q)
		out, more := newBuffer(t, q, 4*100), newBuffer(t, q, 8)
		image, plane, volume := newTexture(t, q, [3]int{2, 1, 1}), newTexture(t, q, [3]int{1, 2, 1}), newTexture(t, q, [3]int{1, 1, 2})
		for _, r := range []interface{ Free(*gpu.Queue) }{out, more, image, plane, volume} {
			defer r.Free(q)
		}
		for x, value := range map[*gpu.Texture]float32{image: 35, plane: 36, volume: 37} {
			if err := q.WriteTexture(x, []float32{-1, value}); err != nil {
				return err
			}
		}
		if err := gpu.WriteBuffer(q, more, 0, []float32{-1, 38}); err != nil {
			return err
		}
		err := k.Launch(q, [3]int{1, 1, 1}, &arguments{
			common: common{1, [2]int32{2, 3}, [3]int32{4, 5, 6}, [4]int32{7, 8, 9, 10}},
			U:      11, U2: [2]uint32{12, 13},
			F: 14, F2: [2]float32{15, 16}, F3: [3]float32{17, 18, 19}, F4: [4]float32{20, 21, 22, 23},
			Weights: [5]float32{24, 25, 26, 27, 28}, Offsets: [2][3]int32{{29, 30, 31}, {32, 33, 34}},
			Image: image, Plane: plane, Volume: volume, Out: out, More: more,
		})
		if err != nil {
			return err
		}
		got := make([]float32, 39)
		if err := gpu.ReadBuffer(q, out, 0, got); err != nil {
			return err
		}
		for i, c := range got[:38] {
			if c != float32(i+1) {
				t.Errorf("value %d arrived as %g", i+1, c)
			}
		}
		if got[38] != 0 {
			t.Error("more values arrived than were sent")
		}
		return nil
	})
}

// A buffer is one memory, as a storage block and as an image of vectors.
func TestBufferIsAnImageOfVectors(t *testing.T) {
	type arguments struct {
		Block *gpu.Buffer `gl:"Block"`
		Image *gpu.Buffer `gl:"image"`
	}
	const source = `#version 430 core
layout(local_size_x = 2) in;
layout(std430) buffer Block { vec4 block[]; };
layout(rgba32f) uniform imageBuffer image;
void main() {
    int i = int(gl_GlobalInvocationID.x);
    block[i] += imageLoad(image, i);
    imageStore(image, i, 10.0 * imageLoad(image, i));
}`
	do(t, func(q *gpu.Queue) error {
		k := newKernel[arguments](t, q, source)
		defer k.Free(q)
		a, b, odd := newBuffer(t, q, 32), newBuffer(t, q, 32), newBuffer(t, q, 24)
		for _, buffer := range []*gpu.Buffer{a, b, odd} {
			defer buffer.Free(q)
		}
		if err := gpu.WriteBuffer(q, b, 0, []float32{1, 2, 3, 4, 5, 6, 7, 8}); err != nil {
			return err
		}
		for _, args := range []arguments{{a, b}, {b, a}, {a, b}} { // a = c, b = 10 c; b = 11 c, a = 10 c; a = 21 c, b = 110 c
			if err := k.Launch(q, [3]int{2, 1, 1}, &args); err != nil {
				return err
			}
		}
		var got [2][8]float32
		for i, buffer := range []*gpu.Buffer{a, b} {
			if err := gpu.ReadBuffer(q, buffer, 0, got[i][:]); err != nil {
				return err
			}
		}
		for i := range 8 {
			if c := float32(i + 1); got[0][i] != 21*c || got[1][i] != 110*c {
				t.Errorf("value %d is %g and %g, want %g and %g", i, got[0][i], got[1][i], 21*c, 110*c)
			}
		}
		wantError(t, k.Launch(q, [3]int{2, 1, 1}, &arguments{a, odd}), "image", "24 bytes", "multiples of 16")
		return nil
	})
}

func TestArgumentsAreCheckedBothWays(t *testing.T) {
	type full struct {
		Field *gpu.Texture `gl:"field"`
		Out   *gpu.Buffer  `gl:"Out"`
		Shift [3]int32     `gl:"shift"`
		Step  float32      `gl:"step"`
	}
	type fieldMissing struct {
		Out   *gpu.Buffer `gl:"Out"`
		Shift [3]int32    `gl:"shift"`
		Step  float32     `gl:"step"`
	}
	type blockAndUniformMissing struct {
		Field *gpu.Texture `gl:"field"`
		Shift [3]int32     `gl:"shift"`
	}
	type misnamed struct {
		Field *gpu.Texture `gl:"field"`
		Out   *gpu.Buffer  `gl:"result"` // the variable, not the block
		Shift [3]int32     `gl:"shift"`
		Step  float32      `gl:"step"`
	}
	type unused struct {
		full
		Idle float32 `gl:"idle"`
	}
	type untagged struct {
		full
		Forgotten float32
	}
	type floatForInt struct {
		Field *gpu.Texture `gl:"field"`
		Out   *gpu.Buffer  `gl:"Out"`
		Shift [3]float32   `gl:"shift"`
		Step  float32      `gl:"step"`
	}
	type tooShort struct {
		Field *gpu.Texture `gl:"field"`
		Out   *gpu.Buffer  `gl:"Out"`
		Shift [2]int32     `gl:"shift"`
		Step  float64      `gl:"step"`
	}
	type swapped struct {
		Field *gpu.Buffer  `gl:"field"`
		Out   *gpu.Texture `gl:"Out"`
		Shift *gpu.Texture `gl:"shift"`
		Step  *gpu.Buffer  `gl:"step"`
	}
	const source = head + `
layout(r32f) readonly uniform image3D field;
layout(std430) buffer Out { float result[]; };
uniform ivec3 shift;
uniform float step;
uniform float idle;
void main() { result[0] = imageLoad(field, shift).x + step; }`
	do(t, func(q *gpu.Queue) error {
		k := newKernel[full](t, q, source)
		k.Free(q)
		k.Free(q)
		wantError(t, k.Launch(q, [3]int{1, 1, 1}, &full{}), "freed")

		refuse := func(err error, words ...string) { t.Helper(); wantError(t, err, append(words, "gpu: kernel")...) }
		refuse(try[fieldMissing](q, source), "image3D field", "fieldMissing")
		refuse(try[blockAndUniformMissing](q, source), "storage block Out", "float step")
		refuse(try[misnamed](q, source), "argument result", "storage block Out")
		refuse(try[unused](q, source), "argument idle", "no active")
		refuse(try[untagged](q, source), "Forgotten", `gl:"name"`)
		refuse(try[floatForInt](q, source), "argument shift", "[3]float32", "ivec3")
		refuse(try[tooShort](q, source), "argument shift", "[2]int32", "argument step", "float64")
		refuse(try[swapped](q, source), "argument field", "argument Out", "argument shift", "argument step")
		refuse(try[int](q, source), "not a struct")
		refuse(try[full](q, "// kernel named N=1\n"), "kernel named N=1")
		refuse(try[struct{}](q, head+"uniform U { float x; } u; layout(std430) buffer B { float y; };\nvoid main() { y = u.x; }"),
			"uniform block U", "storage block B")
		return nil
	})
}

func try[A any](q *gpu.Queue, source string) error {
	k, err := gpu.NewKernel[A](q, source)
	k.Free(q)
	return err
}

func TestNineImagesAreRefused(t *testing.T) {
	type nine struct {
		A *gpu.Texture `gl:"a"`
		B *gpu.Texture `gl:"b"`
		C *gpu.Texture `gl:"c"`
		D *gpu.Texture `gl:"d"`
		E *gpu.Texture `gl:"e"`
		F *gpu.Texture `gl:"f"`
		G *gpu.Texture `gl:"g"`
		H *gpu.Texture `gl:"h"`
		I *gpu.Texture `gl:"i"`
	}
	source, body := head, "void main() { "
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		source += "layout(r32f) writeonly uniform image2D " + name + ";\n"
		body += "imageStore(" + name + ", ivec2(0), vec4(1)); "
	}
	do(t, func(q *gpu.Queue) error {
		if limit := q.Device().Info().MaxComputeImages; limit < 9 {
			t.Skipf("the driver itself refuses more than %d", limit)
		}
		wantError(t, try[nine](q, source+body+"}"), "9 where at most 8", "samplers")
		return nil
	})
}

func TestCompileErrorCitesTheLine(t *testing.T) {
	const source = `#version 430 core
// kernel broken DIMENSIONS=3
// source 0: broken.glsl
// source 1: include/grid.glsl
#line 1 1
layout(local_size_x = 1) in;
float nonsense() { return missing; }
#line 7 0
void main() {
    float here = absent + nonsense();
}
`
	do(t, func(q *gpu.Queue) error {
		wantError(t, try[struct{}](q, source), "kernel broken DIMENSIONS=3: does not compile", "missing", "absent",
			"include/grid.glsl:2 | float nonsense() { return missing; }",
			"broken.glsl:8 |     float here = absent + nonsense();")
		return nil
	})
}

func TestLaunchRefusesWhatCannotRun(t *testing.T) {
	do(t, func(q *gpu.Queue) error {
		k := newKernel[addArgs](t, q, addSource(3))
		volume, plane, freed := newTexture(t, q, [3]int{2, 2, 2}), newTexture(t, q, [3]int{2, 2, 1}), newTexture(t, q, [3]int{2, 2, 2})
		outside := newBuffer(t, q, 4)
		freed.Free(q)
		for _, r := range []interface{ Free(*gpu.Queue) }{k, volume, plane, outside} {
			defer r.Free(q)
		}
		q.ResetCounts()
		for _, tc := range []struct {
			args  *addArgs
			size  [3]int
			words []string
		}{
			{nil, [3]int{1, 1, 1}, []string{"no arguments"}},
			{&addArgs{Outside: outside}, [3]int{1, 1, 1}, []string{"addArgs", "argument field", "texture is nil"}},
			{&addArgs{Field: volume}, [3]int{1, 1, 1}, []string{"addArgs", "argument Outside", "buffer is nil"}},
			{&addArgs{Field: freed, Outside: outside}, [3]int{1, 1, 1}, []string{"argument field", "freed"}},
			{&addArgs{Field: plane, Outside: outside}, [3]int{1, 1, 1}, []string{"argument field", "three-dimensional"}},
			{&addArgs{Field: volume, Outside: outside}, [3]int{0, 1, 1}, []string{"0 x 1 x 1", "along x"}},
			{&addArgs{Field: volume, Outside: outside}, [3]int{1, -4, 1}, []string{"1 x -4 x 1", "along y"}},
			{&addArgs{Field: volume, Outside: outside}, [3]int{1, 1, 1 << 40}, []string{"along z", "the device takes 1 to"}},
		} {
			wantError(t, k.Launch(q, tc.size, tc.args), tc.words...)
		}
		flat := newKernel[addArgs](t, q, addSource(2))
		defer flat.Free(q)
		wantError(t, flat.Launch(q, [3]int{1, 1, 1}, &addArgs{Field: volume, Outside: outside}), "two-dimensional")
		if n := q.Counts().Launches; n != 0 {
			t.Errorf("%d refused launches were counted", n)
		}
		return nil
	})
}

// A kernel of some milliseconds; the device's time and the wall clock around it and a Finish differ by what the host adds.
func TestTimeAgreesWithTheWallClock(t *testing.T) {
	const source = head + `
layout(r32f) uniform image3D field;
uniform int rounds;
void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    float c = imageLoad(field, v).x;
    for (int i = 0; i < rounds; i++) c = sin(c + 1.0);
    imageStore(field, v, vec4(c));
}`
	type arguments struct {
		Field  *gpu.Texture `gl:"field"`
		Rounds int32        `gl:"rounds"`
	}
	do(t, func(q *gpu.Queue) error {
		k, field := newKernel[arguments](t, q, source), newTexture(t, q, [3]int{64, 64, 64})
		defer k.Free(q)
		defer field.Free(q)
		launch := func() error { return k.Launch(q, field.Shape(), &arguments{field, 200}) }
		if err := launch(); err != nil { // compiles for the device
			return err
		}
		q.Finish()
		start := time.Now()
		var inner time.Duration
		outer, err := q.Time(func() error {
			if err := launch(); err != nil {
				return err
			}
			var err error
			inner, err = q.Time(launch)
			return err
		})
		q.Finish()
		wall := time.Since(start)
		if inner <= 0 || outer < inner || outer > wall {
			t.Errorf("one launch took %v, two %v, on the wall clock %v", inner, outer, wall)
		}
		if q.Device().Info().Software && outer < wall/2 {
			t.Errorf("two launches took %v, on the wall clock %v: the timer misses work", outer, wall)
		}
		return err
	})
}
