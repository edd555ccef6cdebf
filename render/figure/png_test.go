package figure

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"runtime"
	"testing"
)

// readChunks returns the chunks of a PNG, kind and content, after checking that
// it decodes and that the checksums are right.
func readChunks(t *testing.T, file []byte) map[[2]string]bool {
	t.Helper()
	if _, err := png.Decode(bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	chunks := map[[2]string]bool{}
	for at := 8; at < len(file); {
		n := int(binary.BigEndian.Uint32(file[at:]))
		named := file[at+4 : at+8+n]
		if sum := binary.BigEndian.Uint32(file[at+8+n:]); sum != crc32.ChecksumIEEE(named) {
			t.Errorf("chunk %s: checksum %x", named[:4], sum)
		}
		chunks[[2]string{string(named[:4]), string(named[4:])}] = true
		at += 12 + n
	}
	return chunks
}

// noise is a picture that no two rows and no two pixels of are alike, in part.
func noise(width, height int) *image.RGBA {
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		switch {
		case i%4 == 3:
			img.Pix[i] = 0xff
		case i/4%width < width/2:
			img.Pix[i] = uint8(random.Uint32())
		default:
			img.Pix[i] = uint8(i / 4 / width)
		}
	}
	return img
}

func TestPNGHasThePixelsDrawn(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {7, 1}, {1, stripRows}, {5, stripRows + 1}, {300, 3*stripRows - 1}, {64, 3 * stripRows}} {
		for _, hasty := range []bool{false, true} {
			hasPixels(t, noise(size[0], size[1]), hasty)
		}
	}
}

func hasPixels(t *testing.T, img *image.RGBA, hasty bool) {
	t.Helper()
	var file bytes.Buffer
	if err := encode(&file, img, 200, nil, hasty); err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(&file)
	if err != nil {
		t.Fatalf("%v: %v", img.Rect, err)
	}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if c := color.RGBAModel.Convert(got.At(x, y)); c != img.RGBAAt(x, y) {
				t.Fatalf("%v: (%d, %d) is %v, want %v", img.Rect, x, y, c, img.RGBAAt(x, y))
			}
		}
	}
}

// A file depends on the picture and not on the machine. It is smaller than image/png's smallest,
// since colours of a map repeat better than their differences, and in haste hardly larger than its
// quickest.
func TestPNGIsTheSameOnAnyMachineAndSmall(t *testing.T) {
	img, err := Figure{Panels: []Panel{niches(64)}}.Image(Options{Pixels: image.Pt(1024, 1024)})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		hasty bool
		usual png.CompressionLevel
		most  float64 // of image/png's bytes
	}{{false, png.BestCompression, 0.95}, {true, png.BestSpeed, 1.25}} {
		var files [2]bytes.Buffer
		for i, processors := range []int{1, 3} {
			before := runtime.GOMAXPROCS(processors)
			err := encode(&files[i], img, 200, nil, tc.hasty)
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
			t.Error("one processor writes another file than three")
		}
		var usual bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: tc.usual}).Encode(&usual, img); err != nil {
			t.Fatal(err)
		}
		t.Logf("hasty %v: %d bytes, image/png %d", tc.hasty, files[0].Len(), usual.Len())
		if float64(files[0].Len()) > tc.most*float64(usual.Len()) {
			t.Errorf("hasty %v: %d bytes, image/png writes %d", tc.hasty, files[0].Len(), usual.Len())
		}
	}
}

func TestLatin1(t *testing.T) {
	if got, ok := latin1("50 µm²"); !ok || string(got) != "50 \xb5m\xb2" {
		t.Errorf("%q %v", got, ok)
	}
	for _, text := range []string{"α", "a\x00b"} {
		if _, ok := latin1(text); ok {
			t.Errorf("%q passes for Latin-1", text)
		}
	}
}
