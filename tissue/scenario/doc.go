// Package scenario turns a scenario file into a [tissue.Model] and back.
//
// A scenario file is YAML. Every quantity in it carries its unit, every key is
// known, and all that is wrong with a file is reported at once, each fault with
// its line and column ([Faults]).
//
//	cytofield: 1                       # version of the format; required
//	title: IL-2 niches around sparse secretors
//	description: free text
//	domain:
//	  size: [400 um, 400 um, 200 um]   # two entries: 2D
//	  voxel: 10 um                     # or one per axis; size is a whole number of voxels
//	  thickness: 10 um                 # 2D only; default one voxel edge
//	  boundary: no-flux                # or periodic, or {x-: no-flux, x+: ..., y: periodic}
//	  extracellular: 0.2               # default 1, with a warning
//	duration: 4 h                      # required
//	seed: 7
//	substrates:
//	  IL-2:
//	    from: catalogue                # then every other key overrides
//	    unit: nM                       # or dimensionless, mmHg
//	    diffusion: 10 um^2/s
//	    decay: 0.1 /h                  # or half_life: 2 h
//	    retardation: 3                 # by binding to the matrix; default 1
//	    initial: 0 nM
//	    boundary: {x: no-flux, y+: {dirichlet: 1 nM}, y-: {flux: 0.02 molecules/um^2/s},
//	      z+: {robin: {permeability: 0.05 um/s, density: {series: [[0 s, 0 nM], [1 h, 1 nM]]}}}}   # default: the domain's
//	constants: {k_on: 1.7e6 /M/s}      # for all reactions
//	reactions:
//	  - name: binding                  # default reaction 1, ...
//	    rate: k_on*IL_2*CD25 - k_off*complex   # see package expression
//	    changes: {IL-2: -1, CD25: -1, complex: +1}
//	    constants: {k_off: 3.4e-5 /s}  # of this one; replaces those for all
//	regions:                           # where they overlap the later holds
//	  - name: follicle
//	    shape: {sphere: {centre: [200 um, 200 um, 100 um], radius: 80 um}}   # or box, cylinder, half_space, union, ..., labels
//	    extracellular: 0.3
//	    substrates: {IL-2: {diffusion: 5 um^2/s, held: 1 nM}}
//	  - name: capillary
//	    shape: {cylinder: {from: [0 um, 50 um, 50 um], to: [400 um, 50 um, 50 um], radius: 4 um}}
//	    vessel: {IL-2: {permeability: 0.05 um/s, blood: 100 pM}}
//	    leak: {conductivity: 3e-5 um/(Pa s), pressure: 2 kPa}
//	flow: {conductivity: 0.02 um^2/(Pa s), faces: {x-: {pressure: 100 Pa}, x+: {pressure: 0 Pa}}}   # or velocity
//	cells:
//	  types:
//	    Th:
//	      radius: 5 um
//	      export: {IL-2: 10 molecules/s}
//	      secretion: {IL-2: {rate: 10 /min, saturation: 1 nM}}
//	      uptake: {IL-2: 10 /min}
//	      saturable_uptake: {IL-2: {max: 10 molecules/s, half_saturation: 10 pM}}
//	      # or export: {IL-2: {rate: 10 molecules/s, synaptic_fraction: 0.5, towards: Treg,
//	      #   bursts: {on_for: 20 min, off_for: 40 min}}}; direction: [1, 0, 0] in place of towards; coupling cloud
//	      receptors:
//	        IL-2R: {ligand: IL-2, count: 2000, on_rate: 3.1e7 /M/s}   # a sink; with any key below it has kinetics
//	        TNFR2: {ligand: TNF, count: 600, on_rate: 3.5e7 /M/s, off_rate: 0.015 /s, synthesis: 0.2 /s, turnover: 3.8e-4 /s,
//	          internalisation: 4.6e-4 /s, recycling: 1.8e-5 /s, degradation: 5e-5 /s, shedding: {bound: {rate: 5e-4 /s, into: sTNFR2}}}
//	        IL-4R: {ligand: IL-4, count: 300, on_rate: 1e7 /M/s, off_rate: 1e-3 /s, partner: contact,
//	          chain: {name: gc, on_rate: 1e-4 /s, off_rate: 1e-3 /s, internalisation: 1e-3 /s}, competitors: {IL-13: {on_rate: 1e6 /M/s, off_rate: 1e-3 /s}}}
//	      chains: {gc: {count: 14000, synthesis: 2 /min, turnover: 1e-4 /s}}
//	      variables: {pSTAT: {initial: 0 nM}, contact: 0}
//	      constants: {v: 1 pM/s}                 # of this type; likewise in each reaction
//	      reactions: [{name: signal, rate: v*IL_4R_complex, changes: {pSTAT: +1}}]
//	  place:
//	    - {type: Th, pattern: random, number: 40, min_distance: 10 um, within: {from: [0 um, 0 um, 0 um], to: [400 um, 400 um, 100 um]}}
//	    - {type: Th, pattern: lattice, spacing: 20 um, offset: [5 um, 5 um, 5 um]}
//	    - {type: Th, pattern: positions, at: [[1 um, 2 um, 3 um]]}
//	    - {type: Th, pattern: positions, unit: um, at: [[1, 2, 3]]}
//	    - {pattern: csv, file: cells.csv}             # x,y,z,type in um; or table: with the same text
//	attribution: {IL-2: types}                        # who made what others catch; or cells
//	events:                                           # one of dose, clear, add, remove, change each
//	  - {at: 1 h, dose: {IL-2: 1e6 molecules}, within: {sphere: {centre: [200 um, 200 um, 100 um], radius: 50 um}}}
//	  - {at: 2 h, every: 30 min, number: 4, clear: [IL-2]}
//	  - {at: 3 h, add: {type: Th, pattern: random, number: 20}}
//	  - {at: 4 h, remove: {type: Th, within: {half_space: {point: [300 um, 0 um, 0 um], normal: [1, 0, 0]}}}}
//	  - {at: 5 h, change: {Th: {export: {IL-2: 0 molecules/s}}}}
//	numerics: {scheme: adaptive, coupling: voxel, rtol: 1e-3, atol: 1e-9 nM, step: 6 s}
//	output:
//	  every: 10 min
//	  frames: [{substrate: IL-2, slice: z=mid, colormap: inferno, scale: log, range: [1 pM, 50 pM]}]
//	expect:
//	  - {mean: IL-2, at: 4 h, value: 12 pM, tolerance: 2 %, source: where the figure is from} # since: 2 h for a gain
//	sources: [thurley2015]             # catalogue keys of papers behind the numbers
//
// By default cells at random do not overlap (min_distance: sum of radii), a
// lattice is centred in its box, and that is the domain. In 2D positions have two
// entries, a z column of a table is skipped, and cells lie at mid-thickness.
//
// Anchors, aliases and merge keys work; tags and several documents do not.
package scenario
