package engine

import (
	"errors"
	"time"

	"github.com/cytofield/cytofield/engine/gpu"
)

// CopyTimes are device times of plain copies of a field, the shortest of some.
type CopyTimes struct {
	Image  time.Duration // from texture to texture
	Buffer time.Duration // from buffer to buffer, four floats an invocation
}

// rowOfFours is how many fours of floats a row of a buffer's copy has.
const rowOfFours = 4096

type bufferCopyArgs struct {
	Shape  [3]int32    `gl:"shape"`
	Source *gpu.Buffer `gl:"Source"`
	Target *gpu.Buffer `gl:"Target"`
	Count  int32       `gl:"count"`
}

// TimeCopies times plain copies of a field of a shape, as texture and as buffer.
func TimeCopies(d *gpu.Device, shape [3]int, repeats int) (times CopyTimes, err error) {
	err = d.Do(func(q *gpu.Queue) error {
		var image, buffer error
		times.Image, image = timeImageCopy(q, shape, repeats)
		times.Buffer, buffer = timeBufferCopy(q, shape[0]*shape[1]*shape[2], repeats)
		return errors.Join(image, buffer)
	})
	return times, err
}

func timeImageCopy(q *gpu.Queue, shape [3]int, repeats int) (time.Duration, error) {
	dimensions := "3"
	if shape[2] == 1 {
		dimensions = "2"
	}
	var plain *gpu.Kernel[copyArgs]
	if err := build(q, &plain, "copy", map[string]string{"DIMENSIONS": dimensions}); err != nil {
		return 0, err
	}
	defer plain.Free(q)
	from, err := q.NewTexture(shape)
	if err != nil {
		return 0, err
	}
	defer from.Free(q)
	to, err := q.NewTexture(shape)
	if err != nil {
		return 0, err
	}
	defer to.Free(q)
	args := copyArgs{int32s(shape), from, to}
	return shortest(q, repeats, func() error { return plain.Launch(q, shape, &args) })
}

func timeBufferCopy(q *gpu.Queue, floats, repeats int) (time.Duration, error) {
	var plain *gpu.Kernel[bufferCopyArgs]
	if err := build(q, &plain, "copy_buffer", nil); err != nil {
		return 0, err
	}
	defer plain.Free(q)
	fours := (floats + 3) / 4
	width := min(fours, rowOfFours)
	shape := [3]int{width, (fours + width - 1) / width, 1}
	from, err := q.NewBuffer(16 * fours)
	if err != nil {
		return 0, err
	}
	defer from.Free(q)
	to, err := q.NewBuffer(16 * fours)
	if err != nil {
		return 0, err
	}
	defer to.Free(q)
	args := bufferCopyArgs{int32s(shape), from, to, int32(fours)}
	return shortest(q, repeats, func() error { return plain.Launch(q, shape, &args) })
}

// shortest returns the shortest device time of some runs. The first, which compiles,
// does not count.
func shortest(q *gpu.Queue, repeats int, run func() error) (time.Duration, error) {
	if err := run(); err != nil {
		return 0, err
	}
	var least time.Duration
	for i := range max(repeats, 1) {
		took, err := q.Time(run)
		if err != nil {
			return 0, err
		}
		if i == 0 || took < least {
			least = took
		}
	}
	return least, nil
}
