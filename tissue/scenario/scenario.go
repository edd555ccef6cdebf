package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/cytofield/cytofield/tissue"
)

// Scenario is a scenario file, decoded.
type Scenario struct {
	Name        string // of the file, without directory and extension
	Description string
	Model       *tissue.Model
	Kinetics    []Kinetics // per cell type
	Numerics    Numerics
	Output      Output
	Expect      []Expectation
	Warnings    []Warning // what a user should know of: defaults taken, values of uncertain origin
	Sources     []string  // catalogue keys of the references behind the parameters, sorted, each once
	Hash        string    // sha256 of the resolved text without its comments, in hexadecimal

	resolved []byte
	origins  map[string]string // what the catalogue says of the values taken from it, by path
}

// Numerics says how the model is to be solved.
type Numerics struct {
	Scheme            string  // adaptive, ftcs, lod, implicit or steady
	Coupling          string  // voxel, cloud or plain
	RelativeTolerance float64 // of a step
	AbsoluteTolerance float64 // of a step, in the density's unit; 0 leaves it to the engine
	TimeStep          float64 // fixed step, s; 0 leaves it to the scheme
}

// Output says what a run writes.
type Output struct {
	Every   float64 // between outputs, s
	Fields  Fields
	Parquet bool // cells.parquet beside cells.csv at the end of the run
	Frames  []Frame
}

// Fields says which densities are kept.
type Fields struct {
	Substrates []tissue.SubstrateID // in the order of the model; none for no densities
	Every      float64              // s, a multiple of the time between outputs
}

// Frame is a picture of what there is, written again and again.
type Frame struct {
	Panel
	Every float64 // between pictures, s
}

// Expectation is a figure the run must reproduce.
type Expectation struct {
	Observable        string // mean, min, max (of the density), molecules, wavelength, surface (density, mean over cells), share (of what a sender secreted), or body
	Substrate         tissue.SubstrateID
	Variable          tissue.BodyVariableID // of observable body, in place of Substrate
	Region            string                // whose voxels alone are looked at, of mean, min and max; "" for all
	Of                tissue.Sender         // of surface and share: the cells of a type, or one of them
	By                Catcher               // of share
	Time              float64               // s
	Since             float64               // s; above 0, Value is what the observable gains from then to Time
	Value             float64               // in the substrate's unit; molecules, or its amount unit, for molecules; µm for wavelength; a plain number for share; the variable's MolarUnit
	RelativeTolerance float64
	Source            string // where the figure is from

	File         string // where it stands
	Line, Column int
}

// Catcher is who caught a share of what a sender secreted.
type Catcher struct {
	Itself bool              // the sender: its type, with TagCells the very cell
	Type   tissue.CellTypeID // otherwise
}

// Options changes how a scenario is read.
type Options struct {
	Set       []string // PATH=VALUE: "substrates.TNF.decay=1e-4/s"; PATH= takes a key away
	AllowRead []string // directories besides the scenario's own that CSV files and label images may be read from
}

// Load reads a scenario file. An error about its content is a [Faults].
func Load(path string, opts Options) (*Scenario, error) {
	text, err := readLimited(path, defaultLimits().text)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return Decode(path, text, filepath.Dir(path), opts)
}

// Decode reads the text of a scenario. Its name stands in messages. CSV files
// and label images are read from dir and below; with an empty dir only from opts.AllowRead. An
// error about the content is a [Faults].
func Decode(name string, text []byte, dir string, opts Options) (*Scenario, error) {
	return decode(name, text, dir, opts, defaultLimits())
}

func decode(name string, text []byte, dir string, opts Options, lim limits) (*Scenario, error) {
	plain := strings.TrimPrefix(string(text), "\ufeff")
	src := newSource(name, plain, 0)
	r := &report{}
	root := parse(r, src, plain, lim)
	if root == nil {
		return nil, r.err()
	}
	for i, argument := range opts.Set {
		root = applySet(r, root, argument, afterFiles+i, lim)
	}
	d := &decoder{
		report: r, limits: lim, files: files{dir: dir, allowed: opts.AllowRead},
		scenario: &Scenario{Name: baseName(name), Model: &tissue.Model{}},
	}
	d.decode(value{node: root, report: r, key: src.at(1, 1, 1)})
	if err := r.err(); err != nil {
		return nil, err
	}
	s := d.scenario
	s.Warnings = r.warnings
	s.resolved, s.origins = d.resolve(true), d.comments
	sum := sha256.Sum256(d.resolve(false))
	s.Hash = hex.EncodeToString(sum[:])
	return s, nil
}

// afterFiles is the place of --set arguments in the order of faults: after the
// scenario and any CSV files.
const afterFiles = 1 << 20

// Resolved returns the scenario as YAML with nothing left to chance: every
// default written, catalogue values as numbers with their source in a comment,
// CSV files as tables in the text, label images as runs. Cells on lattices and at random keep their
// recipe, which the seed makes exact. Decoding it gives the same Model.
func (s *Scenario) Resolved() []byte { return append([]byte(nil), s.resolved...) }

func baseName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// readLimited reads a file of at most one byte more than the limit.
func readLimited(path string, limit int) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(limit)+1))
}
