package tissue

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// bled returns a sound model of a tissue with blood and a temperature.
func bled() *Model {
	variables := []BodyVariable{{Name: "blood", Dimension: quantity.Concentration, Volume: 5e15, Clearance: 1e-4}, {Name: "temperature", Initial: 37}}
	rate := bodyRate(variables, "k*blood")
	return &Model{
		Grid:                  Grid{Shape: [3]int{2, 3, 4}, Spacing: [3]float64{10, 10, 10}},
		ExtracellularFraction: 0.2,
		Substrates:            []Substrate{{Name: "IL-6", Unit: Nanomolar}, {Name: "O2", Unit: MillimetresMercury}},
		Body: &Body{
			Scale: 10, Variables: variables,
			Reactions: []BodyReaction{{Name: "loss", Rate: rate, Changes: []VariableChange{{Variable: 0, Factor: -1}}}},
			Perfusion: []Perfusion{{Region: Everywhere, Exchange: 1e-3}},
			Infusions: []Infusion{{Rate: 1, End: math.Inf(1)}},
			Doses:     []Dose{{Time: 1, Amount: 1}},
		},
	}
}

func bodyRate(variables []BodyVariable, text string) *expression.Rate {
	rate, err := expression.Parse(text, BodyRateScope(variables, []expression.Constant{{Name: "k", Dimension: quantity.Rate, Value: 1}}))
	if err != nil {
		panic(err)
	}
	return rate
}

func TestUnsoundBodiesAreNamed(t *testing.T) {
	if err := bled().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(b *Body){
		"scale 0":                       func(b *Body) { b.Scale = 0 },
		"no variable":                   func(b *Body) { *b = Body{Scale: 1} },
		"want a name that no other has": func(b *Body) { b.Variables[1].Name = "blood" },
		"starts at -1":                  func(b *Body) { b.Variables[0].Initial = -1 },
		"clearance -1":                  func(b *Body) { b.Variables[0].Clearance = -1 },
		"without a volume":              func(b *Body) { b.Variables[1].Clearance = 1 },
		"holds a time":                  func(b *Body) { b.Variables[0].Dimension = quantity.Time },
		"no rate":                       func(b *Body) { b.Reactions[0].Rate = nil },
		"changes nothing":               func(b *Body) { b.Reactions[0].Changes = nil },
		"changes variable 7 of 2":       func(b *Body) { b.Reactions[0].Changes[0].Variable = 7 },
		"rate times the factor":         func(b *Body) { b.Reactions[0].Changes[0].Variable = 1 },
		"changes blood twice": func(b *Body) {
			b.Reactions[0].Changes = append(b.Reactions[0].Changes, b.Reactions[0].Changes[0])
		},
		"infusion 1 into variable 1":  func(b *Body) { b.Infusions[0].Compartment = 1 },
		"infusion 1 of -1":            func(b *Body) { b.Infusions[0].Rate = -1 },
		"want an end after the start": func(b *Body) { b.Infusions[0].End = 0 },
		"want rising times": func(b *Body) {
			b.Infusions[0].Series = &TimeSeries{Times: []float64{2, 1}, Densities: []float64{0, 0}}
		},
		"dose 1 of 1 at -1 s":                 func(b *Body) { b.Doses[0].Time = -1 },
		"want them in the order":              func(b *Body) { b.Doses = append(b.Doses, Dose{}) },
		"exchange -1 1/s":                     func(b *Body) { b.Perfusion[0].Exchange = -1 },
		"region 3 of 0":                       func(b *Body) { b.Perfusion[0].Region = 3 },
		"IL-6 and variable 1":                 func(b *Body) { b.Perfusion[0].Compartment = 1 },
		"substrate 5 of 2":                    func(b *Body) { b.Perfusion[0].Substrate = 5 },
		"O2 is in mmHg":                       func(b *Body) { b.Perfusion[0].Substrate = 1 },
		"temperature - 38 is -1 at the start": func(b *Body) { b.Perfusion[0].Response = bodyRate(b.Variables, "temperature - 38") },
		"2*blood is a concentration":          func(b *Body) { b.Perfusion[0].Response = bodyRate(b.Variables, "2*blood") },
		"has variable 2 of 2": func(b *Body) {
			more := append(slices.Clone(b.Variables), BodyVariable{Name: "fever"})
			b.Perfusion[0].Response = bodyRate(more, "1 + fever")
		},
		"want one compartment": func(b *Body) {
			b.Variables = append(b.Variables, BodyVariable{Name: "lymph", Dimension: quantity.Concentration, Volume: 1})
			b.Perfusion = append(b.Perfusion, Perfusion{Compartment: 2, Region: Everywhere})
		},
	} {
		m := bled()
		spoil(m.Body)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "tissue: body: ") {
			t.Errorf("%v: want a fault of the body with %q", err, want)
		}
	}
}

// Tags do not go through walls that respond.
func TestExchangeThatRespondsHasNoTags(t *testing.T) {
	m := bled()
	m.Body.Perfusion[0].Response = bodyRate(m.Body.Variables, "1 + (temperature - 37)/4")
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	m.Attribution = []Attribution{{Substrate: 0, By: TagTypes}}
	if err := m.Validate(); err == nil || !strings.Contains(err.Error(), "attribution of IL-6, whose exchange responds to the body") {
		t.Errorf("%v: want that IL-6 has no tags", err)
	}
}

// What moves as an amount is divided by the volume it comes to, what changes a density is not.
func TestAmountsAreDividedByTheVolume(t *testing.T) {
	b := bled().Body
	flow := expression.Constant{Name: "flow", Dimension: quantity.VolumeRate, Value: 3}
	moved, err := expression.Parse("flow*blood", BodyRateScope(b.Variables, []expression.Constant{flow}))
	if err != nil {
		t.Fatal(err)
	}
	change := VariableChange{Variable: 0, Factor: 2}
	if w, ok := b.Weight(moved, change); !ok || w != 2/5e15 {
		t.Errorf("weight %g of an amount, want %g", w, 2/5e15)
	}
	if w, ok := b.Weight(b.Reactions[0].Rate, change); !ok || w != 2 {
		t.Errorf("weight %g of a density's change, want 2", w)
	}
	if _, ok := b.Weight(moved, VariableChange{Variable: 1, Factor: 1}); ok {
		t.Error("an amount changes a temperature")
	}
}

// Bodies are the same tissue only if they do the same.
func TestBodiesThatDifferAreOtherTissue(t *testing.T) {
	if !bled().SameTissue(bled()) {
		t.Error("a body is not itself")
	}
	for name, change := range map[string]func(m *Model){
		"none":      func(m *Model) { m.Body = nil },
		"scale":     func(m *Model) { m.Body.Scale = 11 },
		"clearance": func(m *Model) { m.Body.Variables[0].Clearance = 0 },
		"dose":      func(m *Model) { m.Body.Doses[0].Amount = 2 },
		"infusion":  func(m *Model) { m.Body.Infusions[0].Series = &TimeSeries{} },
		"factor":    func(m *Model) { m.Body.Reactions[0].Changes[0].Factor = 1 },
	} {
		m := bled()
		change(m)
		if bled().SameTissue(m) || m.SameTissue(bled()) {
			t.Errorf("%s: want another tissue", name)
		}
	}
}
