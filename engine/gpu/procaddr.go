//go:build egl

package gpu

// #cgo LDFLAGS: -Wl,--as-needed
import "C"
