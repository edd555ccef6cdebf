package quantity

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

const avogadro = 6.02214076e23

func TestParseGivesBaseUnits(t *testing.T) {
	for _, tc := range []struct {
		text string
		want float64
		dim  Dimension
		tol  float64 // relative; 0 means every bit, since conversion is exact
	}{
		{"10 um^2/s", 10, Diffusion, 0},
		{"10 µm²/s", 10, Diffusion, 0},    // U+00B5
		{"10 μm²/s", 10, Diffusion, 0},    // U+03BC
		{"10 um2/s", 10, Diffusion, 0},    //
		{"10um^2 s^-1", 10, Diffusion, 0}, //
		{"10 µm²·s⁻¹", 10, Diffusion, 0},  //
		{"10 um*um/s", 10, Diffusion, 0},  //
		{"10 (um^2)/(s)", 10, Diffusion, 0},
		{"1 µm²/min", 1.0 / 60, Diffusion, 0},
		{"1200 um^2/min", 20, Diffusion, 0},
		{"555.56 um^2/min", 9.26, Diffusion, 1e-4},
		{"25 um^2/min", 25.0 / 60, Diffusion, 0},
		{"36000 um^2/h", 10, Diffusion, 0},
		{"1e-7 cm^2/s", 10, Diffusion, 0},
		{"1e-11 m²/s", 10, Diffusion, 0},
		{"1e-4/s", 1e-4, Rate, 0},
		{"1e-4 1/s", 1e-4, Rate, 0},
		{"1e-4 s^-1", 1e-4, Rate, 0},
		{"1e-4 s⁻¹", 1e-4, Rate, 0},
		{"0.1 /h", 0.1 / 3600, Rate, 1e-15},
		{"16.6 /d", 16.6 / 86400, Rate, 1e-15},
		{"2 h", 7200, Time, 0},
		{"15 min", 900, Time, 0},
		{"3 days", 259200, Time, 0},
		{"1 week", 604800, Time, 0},
		{"250 ms", 0.25, Time, 0},
		{"30 molecules/s", 30, MoleculeRate, 0},
		{"30 molecules/cell/s", 30, MoleculeRate, 0},
		{"30 molecules/(cell s)", 30, MoleculeRate, 0},
		{"30 molec/s/cell", 30, MoleculeRate, 0},
		{"1.62e4 molecules/h", 4.5, MoleculeRate, 0},
		{"1 pM", 6.02214076e-4, Concentration, 0},
		{"1 nM", MoleculesPerNanomolar, Concentration, 0},
		{"1 mol/l", avogadro / 1e15, Concentration, 0},
		{"1 nmol/ml", MoleculesPerNanomolar * 1e3, Concentration, 0},
		{"1 molecules/um^3", 1, Concentration, 0},
		{"1 /M/s", 1.66053907e-9, OnRate, 2e-9},
		{"3.1e7 /M/s", 0.0514767, OnRate, 1e-6},
		{"3.1e7 1/(M s)", 0.0514767, OnRate, 1e-6},
		{"3.1e7 M⁻¹s⁻¹", 0.0514767, OnRate, 1e-6},
		{"111.6 /nM/h", 0.0514767, OnRate, 1e-3},
		{"0.0514767 um^3/s", 0.0514767, VolumeRate, 0},
		{"15.5 kDa", 15.5, Mass, 0},
		{"15500 Da", 15.5, Mass, 0},
		{"1 ng/ml", MoleculesPerNanomolar, MassConcentration, 0},
		{"1 mmHg", 1, Pressure, 0},
		{"133.322387415 Pa", 1, Pressure, 0},
		{"1 kPa", 7.50062, Pressure, 1e-6},
		{"5 %", 0.05, Dimensionless, 0},
		{"5%", 0.05, Dimensionless, 0},
		{"0.2", 0.2, Dimensionless, 0},
		{".5", 0.5, Dimensionless, 0},
		{"+5.", 5, Dimensionless, 0},
		{"−3 um", -3, Length, 0},
		{"2000 receptors/cell", 2000, Dimensionless, 0},
		{"1500 sites", 1500, Dimensionless, 0},
		{"1e6 cells/ml", 1e-6, NumberDensity, 0},
		{"1e6 /ml", 1e-6, NumberDensity, 0},
		{"4e-8 cm/s", 4e-4, Velocity, 0},
		{"5 nM/mm", 5 * MoleculesPerNanomolar / 1e3, Gradient, 1e-15},
		{"  10   um  ", 10, Length, 0},
		{"0 um", 0, Length, 0},
	} {
		q, err := Parse(tc.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", tc.text, err)
			continue
		}
		if q.Dim != tc.dim {
			t.Errorf("%q is %s, want %s", tc.text, q.Dim, tc.dim)
		}
		if math.Abs(q.Value-tc.want) > tc.tol*math.Abs(tc.want) {
			t.Errorf("%q = %.17g %s, want %.17g", tc.text, q.Value, q.Dim.Unit(), tc.want)
		}
	}
}

func TestParseErrorsSayWhatToDo(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", `"": no quantity; write a number and a unit, such as "10 um^2/s"`},
		{"   ", `"": no quantity; write a number and a unit, such as "10 um^2/s"`},
		{"um/s", `"um/s": no number; write one before the unit, such as "10 um/s"`},
		{"fast", `"fast": does not start with a number; write a number and a unit, such as "10 um^2/s"`},
		{"inf", `"inf": not a finite number; write a finite one`},
		{"-Inf um", `"-Inf um": not a finite number; write a finite one`},
		{"NaN /s", `"NaN /s": not a finite number; write a finite one`},
		{"1e400 um", `"1e400 um": too large a number; write a smaller one`},
		{"1e-400 um", `"1e-400 um": too small a number; write 0 or a larger one`},
		{"1e99999 um", `"1e99999 um": an exponent of 99999 is beyond a float64; write a number such as 1.5e-3`},
		{"1,5 um", `"1,5 um": "," inside a number; write it with one decimal point and no separators, such as 1234.5`},
		{"1.2.3 um", `"1.2.3 um": "." inside a number; write it with one decimal point and no separators, such as 1234.5`},
		{"10 UM", `"10 UM": unknown unit "UM"; did you mean uM or um?`},
		{"10 um^2/S", `"10 um^2/S": unknown unit "S"; did you mean s?`},
		{"5 cells", `"5 cells": cells are counted with a plain number; write 5`},
		{"10 1/M s", `"10 1/M s": a product after "/" can be read in two ways; write 1/(nM s) or /nM/s`},
		{"10 um^", `"10 um^": an exponent is missing; write a whole number such as um^2`},
		{"10 um^-", `"10 um^-": an exponent is missing; write a whole number such as um^2`},
		{"10 um^0.5", `"10 um^0.5": an exponent must be a whole number, such as um^2`},
		{"10 um^99", `"10 um^99": a power beyond 12 is no physical unit`},
		{"10 l^5", `"10 l^5": a power beyond 12 is no physical unit`},
		{"10 um^7 um^7", `"10 um^7 um^7": a power beyond 12 is no physical unit`},
		{"10 um/", `"10 um/": a unit is missing; write one such as um^2/s`},
		{"10 ()", `"10 ()": a unit is missing; write one such as um^2/s`},
		{"10 1/(nM s", `"10 1/(nM s": a closing ")" is missing`},
		{"10 um)", `"10 um)": unit um): ")" is left over; write a unit such as um^2/s or 1/(nM s)`},
		{"10 20 um", `"10 20 um": "20 um" where a unit should stand; write one such as um^2/s or 1/(nM s)`},
		{"10 $", `"10 $": "$" where a unit should stand; write one such as um^2/s or 1/(nM s)`},
		{"10 \xff", `"10 \xff": not UTF-8 text; write µ as u if the editor cannot save it`},
		{"1 " + strings.Repeat("m", 200), `"1 mmmmmmmmmmmmmmmmmm"...: 202 bytes are too long for a quantity; write a number and a unit, such as "10 um^2/s"`},
		{"10 " + strings.Repeat("(", 9), `"10 (((((((((": too many parentheses; write a unit such as 1/(nM s)`},
	} {
		_, err := Parse(tc.text)
		if err == nil {
			t.Errorf("Parse(%q) gave no error", tc.text)
		} else if err.Error() != tc.want {
			t.Errorf("Parse(%q):\n got %s\nwant %s", tc.text, err, tc.want)
		}
	}
}

func TestAWrongDimensionIsNamed(t *testing.T) {
	for _, tc := range []struct {
		text string
		want Dimension
		err  string
	}{
		{"10 um/s", Diffusion, `"10 um/s": unit um/s is a velocity, want a diffusion coefficient such as "10 um^2/s"`},
		{"10", Diffusion, `"10": no unit, want a diffusion coefficient such as "10 um^2/s"`},
		{"2 h", Rate, `"2 h": unit h is a time, want a rate such as "1e-4/s"`},
		{"1e-4/s", MoleculeRate, `"1e-4/s": unit /s is a rate, want a number of molecules per time such as "10 molecules/s"`},
		{"3 um^5", Length, `"3 um^5": unit um^5 is a quantity in um^5, want a length such as "10 um"`},
		{"5 %", Length, `"5 %": unit % is a plain number, want a length such as "10 um"`},
		{"3 um", Dimensionless, `"3 um": unit um is a length, want a plain number such as "0.5"`},
		{"0.05 ng/ml", Concentration, `"0.05 ng/ml": ng/ml is by mass and needs the molecular mass; divide by it and write a molar concentration such as "10 pM" (1 pg/ml of a 20 kDa molecule is 0.05 pM)`},
	} {
		_, err := must(t, tc.text).In(tc.want)
		if err == nil || err.Error() != tc.err {
			t.Errorf("%q in %s:\n got %v\nwant %s", tc.text, tc.want, err, tc.err)
		}
	}
	if _, err := must(t, "0.05 ng/ml").Nanomolar(); err == nil || !strings.Contains(err.Error(), "needs the molecular mass") {
		t.Errorf("ng/ml in nM: %v", err)
	}
	if _, err := (Quantity{Value: 3, Dim: Length}).In(Time); err == nil || err.Error() != `"3 um": unit um is a length, want a time such as "2 h"` {
		t.Errorf("a quantity without text: %v", err)
	}
}

func TestDensitiesAndOnRatesInProgramUnits(t *testing.T) {
	nanomolar := func(q Quantity) (float64, error) { return q.Nanomolar() }
	for _, tc := range []struct {
		text string
		in   func(Quantity) (float64, error)
		want float64
		tol  float64 // relative; 0 means every bit
	}{
		{"7.4 pM", nanomolar, 0.0074, 0},
		{"0.1 nM", nanomolar, 0.1, 0},
		{"3 uM", nanomolar, 3000, 0},
		{"0.602214076 molecules/um^3", nanomolar, 1, 0},
		{"3.1e7 /M/s", Quantity.PerNanomolarSecond, 0.031, 0},
		{"111.6 /nM/h", Quantity.PerNanomolarSecond, 0.031, 0},
		{"0.0514767 um^3/s", Quantity.PerNanomolarSecond, 0.031, 1e-6},
		{"3.1e7 /M/s", Quantity.CubicMicrometresPerSecond, 0.0514767, 1e-6},
		{"0.0514767 um^3/s", Quantity.CubicMicrometresPerSecond, 0.0514767, 0},
		{"1 pg/ml", func(q Quantity) (float64, error) { return q.NanomolarOf(must(t, "20 kDa")) }, 5e-5, 4e-16},
		{"7.4 pM", func(q Quantity) (float64, error) { return q.NanomolarOf(Quantity{}) }, 0.0074, 0},
	} {
		got, err := tc.in(must(t, tc.text))
		if err != nil || math.Abs(got-tc.want) > tc.tol*tc.want {
			t.Errorf("%q gives %.17g (%v), want %.17g", tc.text, got, err, tc.want)
		}
	}
	for _, err := range []error{
		second(must(t, "1 /s").PerNanomolarSecond()),
		second(must(t, "1 /s").CubicMicrometresPerSecond()),
		second(must(t, "1 pg/ml").NanomolarOf(Quantity{})),
		second(must(t, "1 pg/ml").NanomolarOf(must(t, "20 um"))),
		second(must(t, "1 pg/ml").NanomolarOf(must(t, "0 kDa"))),
	} {
		if err == nil {
			t.Error("a wrong dimension was taken")
		}
	}
}

func second(_ float64, err error) error { return err }

func TestAChangedValueIsNotReadFromItsText(t *testing.T) {
	q := must(t, "7.4 pM")
	q.Value *= 2
	if got, err := q.Nanomolar(); err != nil || math.Abs(got-0.0148) > 1e-17 {
		t.Errorf("doubled 7.4 pM is %g nM (%v)", got, err)
	}
}

func TestConvertAndExpress(t *testing.T) {
	for _, tc := range []struct {
		value float64
		unit  string
		want  float64
		text  string
	}{
		{7200, "h", 2, "2 h"},
		{10, "um^2/s", 10, "10 um^2/s"},
		{20, "um^2/min", 1200, "1200 um^2/min"},
		{MoleculesPerNanomolar, "nM", 1, "1 nM"},
		{0.05, "%", 5, "5 %"},
		{0.2, "", 0.2, "0.2"},
		{0, "nM", 0, "0 nM"},
		{-3.5, "um", -3.5, "-3.5 um"},
		{1.0 / 60, "um^2/min", 1, "1 um^2/min"},
	} {
		got, err := Convert(tc.value, tc.unit)
		if err != nil || got != tc.want {
			t.Errorf("Convert(%g, %q) = %.17g (%v), want %g", tc.value, tc.unit, got, err, tc.want)
		}
		text, err := Express(tc.value, tc.unit)
		if err != nil || text != tc.text {
			t.Errorf("Express(%g, %q) = %q (%v), want %q", tc.value, tc.unit, text, err, tc.text)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := Convert(bad, "um"); err == nil {
			t.Errorf("Convert took %g", bad)
		}
		if _, err := Express(bad, "um"); err == nil {
			t.Errorf("Express took %g", bad)
		}
	}
	if _, err := Convert(1, "parsec"); err == nil {
		t.Error("Convert took an unknown unit")
	}
}

func TestFormatIsShort(t *testing.T) {
	for _, tc := range []struct {
		value float64
		unit  string
		want  string
	}{
		{10, "um^2/s", "10 um^2/s"},
		{0, "nM", "0 nM"},
		{0.2, "", "0.2"},
		{1000, "um", "1000 um"},
		{3.1e7, "/M/s", "3.1e7 /M/s"},
		{1e-5, "1/s", "1e-5 1/s"},
		{0.0074, "nM", "0.0074 nM"},
		{123.25, "s", "123.25 s"},
		{-1.5, "um", "-1.5 um"},
		{1e300, "um", "1e300 um"},
		{math.MaxFloat64, "", "1.7976931348623157e308"},
	} {
		if got := Format(tc.value, tc.unit); got != tc.want {
			t.Errorf("Format(%g, %q) = %q, want %q", tc.value, tc.unit, got, tc.want)
		}
	}
}

// Every number written in any unit is read back to its last bit.
func TestFormatThenParseIsTheIdentity(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var symbols []string
	for _, u := range units() {
		for s := range strings.FieldsSeq(u.symbols) {
			if s != "cell" && s != "cells" {
				symbols = append(symbols, s)
			}
		}
	}
	symbols = append(symbols, "um^2/s", "1/(nM s)", "molecules/s", "/M/s", "um^2/min", "pg/ml", "")
	for _, symbol := range symbols {
		for range 50 {
			value := random.NormFloat64() * math.Pow(10, random.Float64()*60-30)
			text := Format(value, symbol)
			q, err := Parse(text)
			if err != nil {
				t.Fatalf("Parse(%q): %v", text, err)
			}
			if back, err := q.To(symbol); err != nil || back != value {
				t.Fatalf("Format gave %q for %.17g, read back %.17g (%v)", text, value, back, err)
			}
			text, err = Express(value, symbol)
			if err != nil {
				t.Fatalf("Express(%g, %q): %v", value, symbol, err)
			}
			if q, err := Parse(text); err != nil || q.Value != value {
				t.Fatalf("Express gave %q for %.17g, read back %.17g (%v)", text, value, q.Value, err)
			}
		}
	}
}

func TestDimensionsAddAndUnpack(t *testing.T) {
	for length := -3; length <= 3; length++ {
		for time := -3; time <= 3; time++ {
			for molecules := -3; molecules <= 3; molecules++ {
				for pressure := -1; pressure <= 1; pressure++ {
					d := Dimension(length)*Length + Dimension(time)*Time + Dimension(molecules)*Molecules + Dimension(pressure)*Pressure
					if got, want := d.exponents(), [5]int{length, time, molecules, 0, pressure}; got != want {
						t.Fatalf("exponents %v, want %v", got, want)
					}
					q, err := Parse(Format(2, d.Unit()))
					if err != nil || q.Dim != d || q.Value != 2 {
						t.Fatalf("base unit %q reads as %v (%v)", d.Unit(), q, err)
					}
				}
			}
		}
	}
	if OnRate+Concentration != Rate {
		t.Error("on rate times concentration is not a rate")
	}
	for d, want := range map[Dimension]string{
		Diffusion: "um^2/s", Rate: "1/s", Concentration: "molecules/um^3", OnRate: "um^3/s/molecules",
		Dimensionless: "", Mass: "kDa", Pressure: "mmHg", MoleculeRate: "molecules/s",
	} {
		if got := d.Unit(); got != want {
			t.Errorf("unit of %s is %q, want %q", d, got, want)
		}
	}
}

func TestExamplesHaveTheirDimension(t *testing.T) {
	for _, d := range []Dimension{
		Dimensionless, Length, Time, Molecules, Mass, Pressure, Area, Volume, Rate, Velocity, Diffusion, VolumeRate,
		Concentration, ConcentrationRate, Gradient, MoleculeRate, Flux, OnRate, NumberDensity, SurfacePerVolume,
		MassConcentration, 5 * Length, Pressure - Time,
	} {
		if q := must(t, d.Example()); q.Dim != d {
			t.Errorf("the example %q of %s is %s", d.Example(), d, q.Dim)
		}
	}
}

func TestMoleculesPerNanomolarIsAvogadros(t *testing.T) {
	if want := avogadro * 1e-9 / 1e15; math.Abs(MoleculesPerNanomolar-want) > 1e-16 {
		t.Errorf("MoleculesPerNanomolar = %.17g, want %.17g", MoleculesPerNanomolar, want)
	}
	if moleculesPerMolar != 602214076 {
		t.Errorf("moleculesPerMolar = %d", moleculesPerMolar)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"10 um^2/s", "10 µm²/s", "3.1e7 1/(M s)", "111.6 /nM/h", "5%", "0.05 ng/ml", "-1e-4/s", "1e308 m", "((((", "1 um^-2^3",
		"1 ²", "1 um²²", "1e", "1e5e5", "\xff", "1 /", "1 1/", "1 1", "−1 um⁻¹", "5 cells", "1 (um s)^-2",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			if err.Error() == "" || errors.Unwrap(err) == err {
				t.Fatal("an error without words")
			}
			return
		}
		if math.IsNaN(q.Value) || math.IsInf(q.Value, 0) {
			t.Fatalf("%q is %g", text, q.Value)
		}
		written, err := Express(q.Value, q.Dim.Unit())
		if err != nil {
			t.Fatalf("%q cannot be written again: %v", text, err)
		}
		if back, err := Parse(written); err != nil || back.Value != q.Value || back.Dim != q.Dim {
			t.Fatalf("%q was written as %q, read back as %v (%v)", text, written, back, err)
		}
	})
}

func must(t testing.TB, text string) Quantity {
	t.Helper()
	q, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func ExampleParse() {
	q, err := Parse("1200 µm²/min")
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := q.In(Diffusion)
	fmt.Println(d, q.Dim.Unit(), err)
	_, err = q.In(Rate)
	fmt.Println(err)
	// Output:
	// 20 um^2/s <nil>
	// "1200 µm²/min": unit µm²/min is a diffusion coefficient, want a rate such as "1e-4/s"
}

func TestPowersOfDimensionsAreWhole(t *testing.T) {
	for _, tc := range []struct {
		of      Dimension
		n, root int
		want    Dimension
		ok      bool
	}{
		{Concentration, 1, 1, Concentration, true},
		{Concentration, -2, 1, -2 * Concentration, true},
		{Area, 1, 2, Length, true},
		{2 * Diffusion, 3, 2, 3 * Diffusion, true},
		{Concentration, 1, 2, 0, false},
		{Dimensionless, 1, 3, Dimensionless, true},
		{Length, 1000, 1, 1000 * Length, true},
		{Length, -1001, 1, 0, false},
	} {
		if got, ok := tc.of.Power(tc.n, tc.root); ok != tc.ok || ok && got != tc.want {
			t.Errorf("%v to the power %d/%d is %v, %t: want %v, %t", tc.of, tc.n, tc.root, got, ok, tc.want, tc.ok)
		}
	}
}

func TestMolarUnitsMultiply(t *testing.T) {
	for d, want := range map[Dimension]string{
		Concentration: "nM", OnRate: "1/s/nM", ConcentrationRate: "nM/s", MoleculeRate: "um^3 nM/s", Diffusion: "um^2/s",
		Dimensionless: "", Concentration - Pressure: "nM/mmHg", NumberDensity: "1/um^3",
	} {
		if got := d.MolarUnit(); got != want {
			t.Errorf("%s is kept in %q, want %q", d, got, want)
		}
		q, err := Parse(Format(3, d.MolarUnit()))
		if value, to := q.To(d.MolarUnit()); err != nil || to != nil || q.Dim != d || value != 3 {
			t.Errorf("3 %s reads as %v, %g (%v, %v)", want, q, value, err, to)
		}
	}
}
