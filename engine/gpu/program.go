package gpu

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// compile returns the linked program of a compute shader.
func compile(source string) (uint32, error) {
	shader := gl.CreateShader(gl.COMPUTE_SHADER)
	defer gl.DeleteShader(shader)
	text, free := gl.Strs(source + "\x00")
	gl.ShaderSource(shader, 1, text, nil)
	free()
	gl.CompileShader(shader)
	if log, ok := outcome(shader, gl.COMPILE_STATUS, gl.GetShaderiv, gl.GetShaderInfoLog); !ok {
		return 0, fmt.Errorf("does not compile:\n%s", citeSource(log, source))
	}
	program := gl.CreateProgram()
	gl.AttachShader(program, shader)
	gl.LinkProgram(program)
	gl.DetachShader(program, shader)
	if log, ok := outcome(program, gl.LINK_STATUS, gl.GetProgramiv, gl.GetProgramInfoLog); !ok {
		gl.DeleteProgram(program)
		return 0, fmt.Errorf("does not link:\n%s", citeSource(log, source))
	}
	return program, nil
}

func outcome(id, status uint32, get func(uint32, uint32, *int32), read func(uint32, int32, *int32, *uint8)) (string, bool) {
	var ok, length int32
	get(id, status, &ok)
	get(id, gl.INFO_LOG_LENGTH, &length)
	log := make([]uint8, length+1)
	read(id, length+1, &length, &log[0])
	return strings.TrimSpace(string(log[:length])), ok == gl.TRUE
}

// sourcePosition finds string and line in a message of Mesa "0:12(5): error", NVIDIA "0(12) : error" or AMD "ERROR: 0:12:".
var sourcePosition = regexp.MustCompile(`(?m)^(?:ERROR: |WARNING: )?(\d+)[:(](\d+)`)

// citeSource puts the lines that a compiler's log names below it, each with its file, number and text.
func citeSource(log, source string) string {
	type position struct{ file, line int }
	var wanted []position
	seen := map[position]bool{}
	for _, m := range sourcePosition.FindAllStringSubmatch(log, -1) {
		file, _ := strconv.Atoi(m[1])
		line, _ := strconv.Atoi(m[2])
		if p := (position{file, line}); !seen[p] {
			seen[p] = true
			wanted = append(wanted, p)
		}
	}
	text := map[position]string{}
	names := map[int]string{}
	at := position{0, 1}
	for line := range strings.Lines(source) {
		line = strings.TrimRight(line, "\r\n")
		var name string
		var file, next int
		if n, _ := fmt.Sscanf(line, "// source %d: %s", &file, &name); n == 2 {
			names[file] = name
		}
		if n, _ := fmt.Sscanf(line, "#line %d %d", &next, &file); n == 2 {
			at = position{file, next} // GLSL 4.30: the number is that of the line that follows
			continue
		}
		text[at] = line
		at.line++
	}
	var b strings.Builder
	b.WriteString(log)
	for _, p := range wanted {
		name := names[p.file]
		if name == "" {
			name = strconv.Itoa(p.file)
		}
		if line, ok := text[p]; ok {
			fmt.Fprintf(&b, "\n  %s:%d | %s", name, p.line, line)
		}
	}
	return b.String()
}

// kernelName returns what the source calls itself in a comment "// kernel NAME", else "".
func kernelName(source string) string {
	for line := range strings.Lines(source) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "// kernel "); ok {
			return name
		}
	}
	return ""
}

// field is a tagged field of a kernel's arguments.
type field struct {
	name     string
	offset   uintptr
	kind     reflect.Type
	optional bool
}

// fields lists the tagged fields of a struct and of those it embeds.
func fields(t reflect.Type, base uintptr) ([]field, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("arguments %v are not a struct", t)
	}
	var list []field
	var errs []error
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("gl")
		switch {
		case tagged:
			name, option, _ := strings.Cut(tag, ",")
			list = append(list, field{name, base + f.Offset, f.Type, option == "optional"})
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			inner, err := fields(f.Type, base+f.Offset)
			list, errs = append(list, inner...), append(errs, err)
		default:
			errs = append(errs, fmt.Errorf(`field %s of %v has no tag gl:"name"`, f.Name, t))
		}
	}
	return list, errors.Join(errs...)
}

// resource is an active uniform, image, sampler or storage block of a program.
type resource struct {
	name     string
	glType   int32 // 0 for a storage block
	count    int32 // of an array, else 1
	location int32
	index    uint32
}

// resources lists what a linked program wants to be given, by name.
func (k *kernel) resources() (map[string]resource, error) {
	all := map[string]resource{}
	var errs []error
	k.each(gl.UNIFORM, func(r resource) {
		var values [4]int32
		props := [4]uint32{gl.TYPE, gl.ARRAY_SIZE, gl.LOCATION, gl.BLOCK_INDEX}
		gl.GetProgramResourceiv(k.program, gl.UNIFORM, r.index, 4, &props[0], 4, nil, &values[0])
		if values[3] >= 0 {
			return // inside a uniform block, which is refused below
		}
		r.name = strings.TrimSuffix(r.name, "[0]")
		r.glType, r.count, r.location = values[0], values[1], values[2]
		all[r.name] = r
	})
	k.each(gl.UNIFORM_BLOCK, func(r resource) {
		errs = append(errs, fmt.Errorf("uniform block %s: kernels take plain uniforms or storage blocks", r.name))
	})
	k.each(gl.SHADER_STORAGE_BLOCK, func(r resource) { all[r.name] = r })
	return all, errors.Join(errs...)
}

func (k *kernel) each(kind uint32, visit func(resource)) {
	var count int32
	gl.GetProgramInterfaceiv(k.program, kind, gl.ACTIVE_RESOURCES, &count)
	name := make([]uint8, 256)
	for i := range uint32(count) {
		var length int32
		gl.GetProgramResourceName(k.program, kind, i, int32(len(name)), &length, &name[0])
		visit(resource{name: string(name[:length]), index: i, location: -1})
	}
}

// bindArguments pairs the fields of args with the program's resources and gives images, samplers and blocks their
// binding points, once and for all. It reports every fault at once.
func (k *kernel) bindArguments(args reflect.Type) error {
	list, err1 := fields(args, 0)
	open, err2 := k.resources()
	errs := []error{err1, err2}
	units := map[binding]uint32{}
	gl.UseProgram(k.program)
	for _, f := range list {
		r, ok := open[f.name]
		if !ok {
			if !f.optional {
				errs = append(errs, fmt.Errorf("argument %s: the kernel has no active uniform, image, sampler or "+
					"storage block of this name (unused ones are dropped by the compiler)", f.name))
			}
			continue
		}
		delete(open, f.name)
		a, err := match(f, r)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		kind := a.bind
		if kind == bindBufferImage || kind == bindPicture {
			kind = bindImage // they share their units
		}
		a.unit = units[kind]
		units[kind]++
		switch a.bind {
		case bindImage, bindBufferImage, bindPicture, bindSampler:
			gl.Uniform1i(a.location, int32(a.unit))
		case bindBuffer:
			gl.ShaderStorageBlockBinding(k.program, r.index, a.unit)
		}
		k.arguments = append(k.arguments, a)
	}
	for _, name := range slices.Sorted(maps.Keys(open)) {
		errs = append(errs, fmt.Errorf("%s %s: no field of %v is tagged with it", typeName(open[name].glType), name, args))
	}
	errs = append(errs, k.checkUnits(units))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("gpu: kernel %s:\n  %s", k.name, strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	if units[bindImage] > 0 { // of buffers too
		k.barriers |= gl.TEXTURE_FETCH_BARRIER_BIT | gl.TEXTURE_UPDATE_BARRIER_BIT
	}
	if units[bindImage]+units[bindBuffer] > 0 {
		k.barriers |= gl.SHADER_IMAGE_ACCESS_BARRIER_BIT | gl.SHADER_STORAGE_BARRIER_BIT | gl.BUFFER_UPDATE_BARRIER_BIT
	}
	return nil
}

func (k *kernel) checkUnits(units map[binding]uint32) error {
	info := k.device.info
	var errs []error
	for _, u := range []struct {
		bind  binding
		limit int
		what  string
	}{
		{bindImage, min(maxImages, info.MaxComputeImages, info.MaxImageUnits), "images (more inputs go through samplers)"},
		{bindSampler, info.MaxComputeSamplers, "samplers"},
		{bindBuffer, info.MaxComputeBuffers, "storage blocks"},
	} {
		if int(units[u.bind]) > u.limit {
			errs = append(errs, fmt.Errorf("%d where at most %d are possible: %s", units[u.bind], u.limit, u.what))
		}
	}
	return errors.Join(errs...)
}

// match says how a field is bound to the resource of its name.
func match(f field, r resource) (argument, error) {
	a := argument{name: f.name, offset: f.offset, location: r.location}
	u := uniformTypes[r.glType]
	mismatch := fmt.Errorf("argument %s: a field of type %v cannot be bound to %s %s", f.name, f.kind, typeName(r.glType), f.name)
	if r.count > 1 {
		mismatch = fmt.Errorf("%w[%d]", mismatch, r.count)
	}
	switch f.kind {
	case reflect.TypeFor[*Buffer]():
		switch {
		case r.glType == 0:
			a.bind = bindBuffer
		case u.bind == bindBufferImage && r.count == 1:
			a.bind = bindBufferImage
		default:
			return a, mismatch
		}
		return a, nil
	case reflect.TypeFor[*Texture]():
		if u.target == 0 || r.count > 1 {
			return a, mismatch
		}
		a.bind, a.target = u.bind, u.target
		return a, nil
	case reflect.TypeFor[*Picture]():
		if r.glType != gl.IMAGE_2D || r.count > 1 {
			return a, mismatch
		}
		a.bind = bindPicture
		return a, nil
	}
	if r.glType == 0 || u.width == 0 {
		return a, mismatch
	}
	element, values := f.kind, 1
	for element.Kind() == reflect.Array { // [3]float32, or [9][3]float32 for an array of vec3
		values *= element.Len()
		element = element.Elem()
	}
	if values != u.width*int(r.count) || element.Kind() != u.element {
		return a, mismatch
	}
	a.bind, a.width = u.bind, u.width
	switch a.bind {
	case bindFloat:
		a.floats = make([]float32, values)
	case bindInt:
		a.ints = make([]int32, values)
	case bindUint:
		a.uints = make([]uint32, values)
	}
	return a, nil
}

// uniformType is what a GLSL type is called and how it is bound.
type uniformType struct {
	name    string
	bind    binding
	target  uint32       // images and samplers
	width   int          // components of other uniforms
	element reflect.Kind // and their type
}

var uniformTypes = map[int32]uniformType{
	gl.IMAGE_2D:          {name: "image2D", bind: bindImage, target: gl.TEXTURE_2D},
	gl.IMAGE_3D:          {name: "image3D", bind: bindImage, target: gl.TEXTURE_3D},
	gl.IMAGE_BUFFER:      {name: "imageBuffer", bind: bindBufferImage},
	gl.SAMPLER_2D:        {name: "sampler2D", bind: bindSampler, target: gl.TEXTURE_2D},
	gl.SAMPLER_3D:        {name: "sampler3D", bind: bindSampler, target: gl.TEXTURE_3D},
	gl.FLOAT:             {name: "float", bind: bindFloat, width: 1, element: reflect.Float32},
	gl.FLOAT_VEC2:        {name: "vec2", bind: bindFloat, width: 2, element: reflect.Float32},
	gl.FLOAT_VEC3:        {name: "vec3", bind: bindFloat, width: 3, element: reflect.Float32},
	gl.FLOAT_VEC4:        {name: "vec4", bind: bindFloat, width: 4, element: reflect.Float32},
	gl.INT:               {name: "int", bind: bindInt, width: 1, element: reflect.Int32},
	gl.INT_VEC2:          {name: "ivec2", bind: bindInt, width: 2, element: reflect.Int32},
	gl.INT_VEC3:          {name: "ivec3", bind: bindInt, width: 3, element: reflect.Int32},
	gl.INT_VEC4:          {name: "ivec4", bind: bindInt, width: 4, element: reflect.Int32},
	gl.UNSIGNED_INT:      {name: "uint", bind: bindUint, width: 1, element: reflect.Uint32},
	gl.UNSIGNED_INT_VEC2: {name: "uvec2", bind: bindUint, width: 2, element: reflect.Uint32},
	gl.UNSIGNED_INT_VEC3: {name: "uvec3", bind: bindUint, width: 3, element: reflect.Uint32},
	gl.UNSIGNED_INT_VEC4: {name: "uvec4", bind: bindUint, width: 4, element: reflect.Uint32},
}

func typeName(glType int32) string {
	if glType == 0 {
		return "storage block"
	}
	if u, ok := uniformTypes[glType]; ok {
		return u.name
	}
	return fmt.Sprintf("uniform of GL type 0x%x", glType)
}
