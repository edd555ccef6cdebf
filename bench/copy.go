package bench

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cytofield/cytofield/engine"
)

const (
	// hardwareCache stands for the last-level cache of a hardware GPU, which OpenGL does
	// not tell, bytes: none is known to have more than an H100's 50 MB by much.
	hardwareCache = 64 << 20
	// mostCopied bounds the field whose copies are timed, bytes.
	mostCopied = 256 << 20
)

// CacheBytes returns the size of the processor's largest cache, 0 where the system
// does not tell.
func CacheBytes() int64 {
	var largest int64
	files, err := filepath.Glob("/sys/devices/system/cpu/cpu0/cache/index*/size")
	if err != nil {
		return 0
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		size := strings.TrimSpace(string(text))
		digits, unit := strings.TrimRight(size, "KM"), int64(1)
		switch {
		case strings.HasSuffix(size, "K"):
			unit = 1 << 10
		case strings.HasSuffix(size, "M"):
			unit = 1 << 20
		}
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			largest = max(largest, n*unit)
		}
	}
	return largest
}

// cache returns the last-level cache of the device, bytes.
func (d Device) cache() int64 {
	if d.GPU != nil && !d.GPU.Info().Software {
		return hardwareCache
	}
	return CacheBytes()
}

// memoryCopy returns the copy bandwidth from memory, GB/s: of fields of four times
// the cache.
func (d Device) memoryCopy(repeats int) (float64, error) {
	return d.copyBandwidth(max(4*d.cache(), hardwareCache), repeats)
}

// copyBandwidth returns how fast the device copies a field of so many bytes, GB/s
// read and written: the best of some repeats, on a GPU of image and buffer.
func (d Device) copyBandwidth(bytes int64, repeats int) (float64, error) {
	bytes = min(bytes, mostCopied)
	if d.GPU == nil {
		n := int(bytes / 8)
		return perNanosecond(2*8*n, copyOnCPU(make([]float64, n), make([]float64, n), repeats)), nil
	}
	bytes = min(bytes, d.GPU.Info().MaxBufferBytes)
	edge := max(int(math.Cbrt(float64(bytes/4))), 1)
	times, err := engine.TimeCopies(d.GPU, [3]int{edge, edge, edge}, repeats)
	return perNanosecond(engine.CopyBytes*edge*edge*edge, min(times.Image, times.Buffer)), err
}

// perNanosecond returns bytes per time in GB/s.
func perNanosecond(bytes int, took time.Duration) float64 {
	return float64(bytes) / float64(max(took, 1))
}

// copyOnCPU returns the shortest time of copies by all threads. The first, which
// touches the memory, does not count; short ones are timed together.
func copyOnCPU(to, from []float64, repeats int) time.Duration {
	const least = 5 * time.Millisecond
	var best time.Duration
	for i := range repeats + 1 {
		copies, started := 0, time.Now()
		for copies == 0 || time.Since(started) < least {
			copyInParallel(to, from)
			copies++
		}
		if took := time.Since(started) / time.Duration(copies); i == 1 || i > 1 && took < best {
			best = took
		}
	}
	return best
}

func copyInParallel(to, from []float64) {
	threads := runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	for i := range threads {
		low, high := i*len(from)/threads, (i+1)*len(from)/threads
		all.Go(func() { copy(to[low:high], from[low:high]) })
	}
	all.Wait()
}
