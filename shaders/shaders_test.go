package shaders

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEveryVariantIsValid(t *testing.T) {
	validator, err := exec.LookPath("glslangValidator")
	if err != nil && os.Getenv("CYTOFIELD_REQUIRE_GPU") == "1" {
		t.Fatal("glslangValidator is missing (apt install glslang-tools)")
	}
	var used []string
	for _, v := range Variants() {
		used = append(used, v.Kernel)
		t.Run(fmt.Sprint(v.Kernel, v.Defines), func(t *testing.T) {
			source, err := Assemble(v.Kernel, v.Defines)
			if err != nil {
				t.Fatal(err)
			}
			if validator == "" {
				t.Skip("assembled; glslangValidator is missing (apt install glslang-tools)")
			}
			file := filepath.Join(t.TempDir(), v.Kernel+".comp")
			if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(validator, "-S", "comp", file).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	for _, kernel := range Kernels() {
		if !slices.Contains(used, kernel) {
			t.Errorf("kernel %s is in no variant: it is unused, or Variants forgets it", kernel)
		}
	}
}

func TestAssembledSourceIsReproducible(t *testing.T) {
	defines := map[string]string{"DIMENSIONS": "2", "GROUP_X": "64", "GROUP_Y": "1", "GROUP_Z": "1", "A": "", "B": "b"}
	first, err := Assemble("copy", defines)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := Assemble("copy.glsl", defines); again != first {
			t.Fatal("two assemblies of one variant differ")
		}
	}
	want := "#version 430 core\n// kernel copy A= B=b DIMENSIONS=2 GROUP_X=64 GROUP_Y=1 GROUP_Z=1\n" +
		"// source 0: copy.glsl\n// source 1: include/grid.glsl\n" +
		"#define A \n#define B b\n#define DIMENSIONS 2\n#define GROUP_X 64\n#define GROUP_Y 1\n#define GROUP_Z 1\n#line 1 0\n"
	if !strings.HasPrefix(first, want) {
		t.Errorf("the source begins with\n%s\nwant\n%s", first[:min(len(first), len(want))], want)
	}
	if strings.Contains(first, "#include") {
		t.Error("an include is left")
	}
}

func TestLinesKeepTheirNumbers(t *testing.T) {
	source, err := Assemble("copy", map[string]string{"DIMENSIONS": "3"})
	if err != nil {
		t.Fatal(err)
	}
	file, line := 0, 1
	found := map[string]string{}
	for text := range strings.Lines(source) {
		if n, _ := fmt.Sscanf(text, "#line %d %d", &line, &file); n == 2 {
			continue
		}
		found[fmt.Sprint(file, ":", line)] = text
		line++
	}
	for number, name := range []string{"copy.glsl", "include/grid.glsl"} {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		line := 0
		for want := range strings.Lines(string(text)) {
			line++
			if got := found[fmt.Sprint(number, ":", line)]; got != want && !strings.HasPrefix(want, "#include") {
				t.Errorf("%s:%d reads %q, want %q", name, line, got, want)
			}
		}
	}
}

func TestAssembleRefuses(t *testing.T) {
	for _, tc := range []struct {
		kernel  string
		defines map[string]string
		want    string
	}{
		{"nonesuch", nil, "no file nonesuch.glsl"},
		{"copy", map[string]string{"UNIT": "µm"}, "not ASCII"},
	} {
		if _, err := Assemble(tc.kernel, tc.defines); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s with %v: got %v, want an error with %q", tc.kernel, tc.defines, err, tc.want)
		}
	}
}
