package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/render/golden"
)

var update = golden.Flag()

// levels is what a picture may be off, of 255: shading and text of another Mesa.
const levels = 3

// The scripts of testdata draw the windows that are kept there.
func TestTheWindowLooksAsItDid(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.script")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".script"), func(t *testing.T) {
			compare(t, played(t, script))
		})
	}
}

// played does a script and returns the folder of its pictures.
func played(t *testing.T, script string) string {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	folder := t.TempDir()
	var out, messages bytes.Buffer
	args := []string{"testdata/niche.yaml", "--offscreen", "--device", "gpu", "--script", script, "-o", folder}
	if status := execute(context.Background(), args, &out, &messages); status != program.Done {
		if os.Getenv("CYTOFIELD_REQUIRE_GPU") != "1" && status == program.Failed {
			t.Skip(messages.String())
		}
		t.Fatalf("exit status %d: %s", status, messages.String())
	}
	return folder
}

// compare holds the pictures of a folder against those in testdata.
func compare(t *testing.T, folder string) {
	t.Helper()
	pictures, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil || len(pictures) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	for _, path := range pictures {
		golden.Image(t, filepath.Base(path), picture(t, path), levels, *update)
	}
}

// picture reads one.
func picture(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}
