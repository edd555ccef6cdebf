package cytofield_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/cytofield/cytofield"

// listed is what go list tells of a package.
type listed struct {
	Dir, ImportPath string
	Imports         []string
	GoFiles         []string
	CgoFiles        []string
	IgnoredGoFiles  []string // for other tags
	TestGoFiles     []string
	XTestGoFiles    []string
}

// path returns the package's path in the module: "engine/gpu".
func (p listed) path() string { return inModule(p.ImportPath) }

// inModule returns the path of a package of this module within it, else "".
func inModule(importPath string) string {
	path, ok := strings.CutPrefix(importPath, module+"/")
	if !ok {
		return ""
	}
	return path
}

// packages lists the module as it is built with its window and its GPU, as far as
// these can be: files for other tags are listed by name alone.
func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-e", "-json", "-tags=egl,glfw", "./...")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list knows %d packages, want the whole module", len(all))
	}
	return all
}

// under reports whether a package is one of the given trees: "engine" is engine and
// all below, "engine." engine alone.
func under(path string, trees ...string) bool {
	for _, tree := range trees {
		if alone, ok := strings.CutSuffix(tree, "."); ok {
			if path == alone {
				return true
			}
		} else if path == tree || strings.HasPrefix(path, tree+"/") {
			return true
		}
	}
	return false
}

// rules say what of this module the packages of a tree may import; the first that
// fits holds, and what none fits may import everything but commands. Tests may
// import more.
func rules() []struct {
	of, may []string
	why     string
} {
	type rule = struct {
		of, may []string
		why     string
	}
	return []rule{
		{[]string{"tissue."}, []string{"tissue/quantity.", "tissue/expression."}, "the domain knows no solver and no file format"},
		{[]string{"tissue/expression."}, []string{"tissue/quantity."}, "rate laws know dimensions alone"},
		{[]string{"tissue"}, []string{"tissue"}, "what serves the domain knows the domain alone"},
		{[]string{"shaders"}, nil, "shaders are text"},
		{[]string{"engine/gpu."}, nil, "the device knows no model"},
		{[]string{"engine/gpu"}, []string{"engine/gpu"}, "the ways to open a device know the device alone"},
		{[]string{"engine."}, []string{"tissue", "shaders", "engine/gpu", "engine/multigrid"}, "the engine knows neither pictures nor the processor's solver"},
		{[]string{"engine/multigrid"}, nil, "a linear system knows no model"},
		{[]string{"engine/life"}, []string{"engine.", "tissue"}, "the cell step knows solvers by what it needs of them"},
		{[]string{"engine/cpu"}, []string{"engine.", "engine/multigrid", "tissue"}, "the oracle needs no GPU"},
		{[]string{"engine"}, []string{"engine", "tissue", "shaders"}, "records know the engine, not pictures"},
		{[]string{"cmd/cytofield-view/session."}, []string{"cmd/cytofield-view/session.", "cmd/internal", "engine", "tissue", "render"}, "a session is steered without a window"},
		{[]string{"render/movie"}, nil, "a movie is of pictures, whatever they show"},
		{[]string{"render"}, []string{"render", "tissue", "shaders", "engine/gpu"}, "pictures are of fields, not of solvers"},
	}
}

func TestPackagesImportWhatTheyMay(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			path := inModule(imported)
			if path == "" {
				continue
			}
			if under(path, "cmd") && !under(p.path(), "cmd") {
				t.Errorf("%s imports %s: commands are nobody's library", p.path(), path)
			}
			for _, rule := range rules() {
				if !under(p.path(), rule.of...) {
					continue
				}
				if !under(path, rule.may...) {
					t.Errorf("%s imports %s: %s", p.path(), path, rule.why)
				}
				break
			}
		}
	}
}

// Each of these modules is behind one package.
func TestOneDoorToEachLibrary(t *testing.T) {
	doors := []struct {
		module string
		by     []string
	}{
		{"github.com/go-gl/gl/", []string{"engine/gpu."}},
		{"github.com/go-gl/glfw/", []string{"engine/gpu/glfw", "cmd/cytofield-view"}},
		{"github.com/AllenDang/cimgui-go", []string{"cmd/cytofield-view/window", "cmd/cytofield-view/script"}},
		{"git.sr.ht/~sbinet/gg", []string{"render/figure"}},
		{"codeberg.org/go-pdf/fpdf", []string{"render/figure"}},
		{"codeberg.org/go-fonts/", []string{"render/figure"}},
		{"github.com/goccy/go-yaml", []string{"tissue/scenario"}},
	}
	used := map[string]bool{}
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			for _, door := range doors {
				if !strings.HasPrefix(imported, door.module) {
					continue
				}
				used[door.module] = true
				if !under(p.path(), door.by...) {
					t.Errorf("%s imports %s: want that in %s alone", p.path(), imported, strings.Join(door.by, ", "))
				}
			}
		}
	}
	if !used["github.com/go-gl/gl/"] {
		t.Error("nobody imports go-gl: the names above are out of date")
	}
}

// exceptions are package variables that are written to.
func exceptions() map[string]string {
	return map[string]string{
		"engine/gpu: loaded": "go-gl keeps its functions in package variables, and so does the lock that guards them",
	}
}

// State belongs to a value that someone made: no init, and no package variable
// that changes. Errors, interface assertions, embedded files and tables that
// nothing writes to are none.
func TestPackagesHaveNoState(t *testing.T) {
	for _, p := range packages(t) {
		code := parse(t, p, p.GoFiles, p.CgoFiles, p.IgnoredGoFiles)
		for _, file := range code.files {
			for _, exit := range code.exits(file) {
				if !under(p.path(), "cmd") {
					t.Errorf("%s: commands alone may end the program; return an error", exit)
				}
			}
		}
		for _, written := range code.written(code.variables()) {
			if _, ok := exceptions()[p.path()+": "+written.name]; !ok {
				t.Errorf("%s: package variable %s is written to: keep it in a value", code.at(written.at), written.name)
			}
		}
		for _, s := range []source{code, parse(t, p, p.TestGoFiles, p.XTestGoFiles)} {
			for _, at := range s.inits() {
				t.Errorf("%s: func init: say it where it is needed", at)
			}
		}
	}
}

// source is the parsed files of a package.
type source struct {
	set   *token.FileSet
	files map[string]*ast.File
}

func parse(t *testing.T, p listed, lists ...[]string) source {
	t.Helper()
	s := source{token.NewFileSet(), map[string]*ast.File{}}
	for _, name := range slices.Concat(lists...) {
		file, err := parser.ParseFile(s.set, filepath.Join(p.Dir, name), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		s.files[name] = file
	}
	return s
}

func (s source) at(p token.Pos) string {
	position := s.set.Position(p)
	position.Filename = filepath.Base(filepath.Dir(position.Filename)) + "/" + filepath.Base(position.Filename)
	return position.String()
}

// inits returns where there is a func init.
func (s source) inits() (places []string) {
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				places = append(places, s.at(f.Pos()))
			}
		}
	}
	return places
}

// exits returns where a file ends the program.
func (s source) exits(file *ast.File) (places []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		receiver, ok := selector.X.(*ast.Ident)
		if ok && (receiver.Name == "log" && strings.HasPrefix(selector.Sel.Name, "Fatal") || receiver.Name == "os" && selector.Sel.Name == "Exit") {
			places = append(places, s.at(n.Pos())+": "+receiver.Name+"."+selector.Sel.Name)
		}
		return true
	})
	return places
}

// variables returns the package's own, by name, with where they are declared.
func (s source) variables() map[string]*ast.ValueSpec {
	all := map[string]*ast.ValueSpec{}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.VAR {
				continue
			}
			for _, spec := range general.Specs {
				value := spec.(*ast.ValueSpec)
				for _, name := range value.Names {
					if name.Name != "_" {
						all[name.Name] = value
					}
				}
			}
		}
	}
	return all
}

type writing struct {
	name string
	at   token.Pos
}

// written returns where package variables change, as far as the text tells: they
// are assigned to, counted up, cleared, have their address taken, or are structs
// or locks that are called by a method.
func (s source) written(variables map[string]*ast.ValueSpec) (places []writing) {
	for _, file := range s.files {
		mark := func(e ast.Expr) {
			if id := root(e); id != nil && variables[id.Name] != nil && !shadowed(id, variables) {
				places = append(places, writing{id.Name, e.Pos()})
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, left := range n.Lhs {
						mark(left)
					}
				}
			case *ast.IncDecStmt:
				mark(n.X)
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					mark(n.Key)
					mark(n.Value)
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					mark(n.X)
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "clear" || id.Name == "delete" || id.Name == "copy") && len(n.Args) > 0 {
					mark(n.Args[0])
				}
				if method, ok := n.Fun.(*ast.SelectorExpr); ok {
					if id := root(method.X); id != nil && variables[id.Name] != nil && mutable(variables[id.Name]) {
						mark(method.X)
					}
				}
			}
			return true
		})
	}
	return places
}

// mutable reports whether a variable has methods that may change it, as far as its
// declaration tells: a literal type, or one of sync.
func mutable(v *ast.ValueSpec) bool {
	switch declared := v.Type.(type) {
	case *ast.StructType, *ast.StarExpr:
		return true
	case *ast.SelectorExpr:
		id, ok := declared.X.(*ast.Ident)
		return ok && strings.HasPrefix(id.Name, "sync") || ok && id.Name == "atomic"
	}
	return false
}

// root returns the variable at the bottom of x.field[i].
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// shadowed reports whether a name means something nearer than the package's
// variable: the parser resolves names within their file.
func shadowed(id *ast.Ident, variables map[string]*ast.ValueSpec) bool {
	return id.Obj != nil && id.Obj.Decl != variables[id.Name]
}

// The check above must see what it is for.
func TestStateIsSeen(t *testing.T) {
	const text = `package p
import "sync"
var ErrA, table, counter, list, lock, seen, own = 1, map[int]int{}, 0, []int{}, 0, 0, 0
var guard struct { sync.Mutex }
var once sync.Once
func read() int { table := map[int]int{}; table[1] = 2; return list[0] + ErrA }
func write() { counter++; list[0] = 1; guard.Lock(); once.Do(nil); p := &lock; _ = p; own, x := 1, 2; _, _ = own, x }
`
	s := source{token.NewFileSet(), map[string]*ast.File{}}
	file, err := parser.ParseFile(s.set, "p.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.files["p.go"] = file
	var names []string
	for _, w := range s.written(s.variables()) {
		names = append(names, w.name)
	}
	slices.Sort(names)
	if want := []string{"counter", "guard", "list", "lock", "once"}; !slices.Equal(names, want) {
		t.Errorf("written to: %v, want %v", names, want)
	}
}
