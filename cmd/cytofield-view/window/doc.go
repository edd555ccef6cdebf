// Package window draws a session with Dear ImGui and takes what a person does with
// mouse and keys back to it. It draws on a Host: a desktop's window, or pixels that
// nobody sees, so that a script or a test drives all of it without a display.
package window
