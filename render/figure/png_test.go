package figure

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/png"
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
