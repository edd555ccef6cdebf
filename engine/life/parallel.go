package life

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// chunk is how many cells a processor takes at a time.
const chunk = 1024

// inParallel shares indices out to the processors. Each writes at its own indices alone.
func inParallel(n int, do func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk)
	if workers < 2 {
		if n > 0 {
			do(0, n)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= n {
					return
				}
				do(from, min(from+chunk, n))
			}
		})
	}
	wait.Wait()
}

// resized returns a slice of n elements, the old one where it is long enough.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return append(s[:cap(s)], make([]T, n-cap(s)+n/8)...)[:n]
	}
	return s[:n]
}
