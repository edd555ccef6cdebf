package bench

import "github.com/cytofield/cytofield/engine"

// Report is what a run of workloads came to: times in wall seconds per simulated
// minute, GB of 1e9 bytes.
type Report struct {
	Environment
	CopyGBPerS     float64  `json:"copy_gb_per_s"` // from memory, read and written
	StartUpSeconds float64  `json:"start_up_s"`    // context, kernels, and the first minute of a tiny model
	Repeats        int      `json:"repeats"`       // times are the shortest of so many
	Workloads      []Result `json:"workloads"`
	Dense          []Dense  `json:"dense,omitempty"`
}

// Environment says what was measured and where.
type Environment struct {
	Device     string `json:"device"`
	Driver     string `json:"driver"`
	Software   bool   `json:"software"`
	Version    string `json:"version"`
	Commit     string `json:"commit"`
	Go         string `json:"go"`
	Processor  string `json:"processor"`
	Threads    int    `json:"threads"`
	CacheBytes int64  `json:"cache_bytes"` // the processor's largest
	Date       string `json:"date"`
}

// Result is what a workload came to: a minute of scheme adaptive at its default
// tolerance, and what an error costs each scheme.
type Result struct {
	Name       string `json:"name"`
	N          int    `json:"n"` // voxels along an axis
	Substrates int    `json:"substrates"`
	Voxels     int    `json:"voxels"`

	Steps           int64   `json:"steps_per_min"`
	Sweeps          int64   `json:"sweeps_per_min"`
	Cycles          int64   `json:"cycles_per_min,omitempty"`     // of multigrid
	Dispatches      int64   `json:"dispatches_per_min,omitempty"` // kernels launched; none on the CPU
	ModelledBytes   float64 `json:"modelled_bytes_per_voxel_min"` // see ModelledBytes
	Seconds         float64 `json:"wall_s_per_min"`
	NSPerVoxel      float64 `json:"ns_per_voxel_min"`
	NSPerVoxelSweep float64 `json:"ns_per_voxel_sweep"` // of one substrate
	GBPerS          float64 `json:"gb_per_s"`           // modelled bytes per wall time
	CopyFraction    float64 `json:"copy_fraction"`      // of CopyGBPerS
	// CopyGBPerS is the copy bandwidth at the size of this workload's fields.
	CopyGBPerS    float64 `json:"copy_gb_per_s"`
	CacheResident bool    `json:"cache_resident"` // a substrate's fields fit the last-level cache
	// The stencils alone, by the device's clock, as fractions of CopyGBPerS; GPU only.
	ExplicitFraction float64 `json:"explicit_copy_fraction,omitempty"`
	StageFraction    float64 `json:"stage_copy_fraction,omitempty"`
	// DeviceBytes is what a voxel takes on the device for all substrates: measured on a GPU,
	// on the CPU that of the fields.
	DeviceBytes float64 `json:"bytes_per_voxel_device"`
	// AloneSeconds is the sum over the substrates, each alone; where there are several.
	AloneSeconds float64 `json:"alone_s_per_min,omitempty"`

	// Cells have states. Over is the time of a sweep of fixed steps with them over that
	// without any, PerCell what each takes on the device, bytes.
	Cells   int     `json:"cells,omitempty"`
	Over    float64 `json:"with_over_without_cells,omitempty"`
	PerCell float64 `json:"bytes_per_cell,omitempty"`

	JudgedAt int     `json:"error_n"`      // voxels along an axis
	Error    float64 `json:"rel_l2_error"` // the worst of the substrates
	LODStep  float64 `json:"lod_ns_per_voxel_step,omitempty"`
	To1e2    Times   `json:"to_1e-2"`
	To1e3    Times   `json:"to_1e-3"`
}

// Times are the wall times of a simulated minute by the cheapest way of each scheme to
// an error; nil where there is none.
type Times struct {
	Adaptive *float64 `json:"adaptive_s"`
	LOD      *float64 `json:"lod_s"`
	FTCS     *float64 `json:"ftcs_s"`
	// LODExtrapolated says that lod's is the measured time of a step, times the steps its
	// first order needs, from its measured error at two steps.
	LODExtrapolated bool   `json:"lod_extrapolated"`
	AdaptiveWay     string `json:"adaptive_way,omitempty"` // "rtol 0.01", "step 6 s"
	LODWay          string `json:"lod_way,omitempty"`
	FTCSWay         string `json:"ftcs_way,omitempty"`
}

// Over returns how many times as long another scheme's time is as adaptive's, 0 where
// either is not known.
func (t Times) Over(other *float64) float64 {
	if t.Adaptive == nil || other == nil {
		return 0
	}
	return *other / *t.Adaptive
}

func (t *Times) set(w way, seconds float64) {
	switch w.Options.Scheme {
	case engine.FTCS:
		t.FTCS, t.FTCSWay = &seconds, w.String()
	case engine.LOD:
		t.LOD, t.LODWay = &seconds, w.String()
	default:
		t.Adaptive, t.AdaptiveWay = &seconds, w.String()
	}
}

// add adds the times of another substrate; what one lacks, the sum lacks.
func (t *Times) add(other Times, first bool) {
	if first {
		*t = other
		return
	}
	sum := func(a, b *float64) *float64 {
		if a == nil || b == nil {
			return nil
		}
		both := *a + *b
		return &both
	}
	const each = "by substrate"
	*t = Times{
		sum(t.Adaptive, other.Adaptive), sum(t.LOD, other.LOD), sum(t.FTCS, other.FTCS),
		t.LODExtrapolated || other.LODExtrapolated, each, each, each,
	}
}
