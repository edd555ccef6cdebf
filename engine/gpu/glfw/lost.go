//go:build !linux || wayland

package glfw

func (w *Window) onLost(func()) {}
