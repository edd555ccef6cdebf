package figure

import "math"

// tick is a mark on an axis.
type tick struct {
	value float64
	label words // nil: a minor tick
}

// niceStep returns the smallest of 1, 2, 5 × 10ⁿ that is not below v.
func niceStep(v float64) float64 {
	power := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, step := range []float64{1, 2, 5} {
		if step*power >= v*(1-1e-9) {
			return step * power
		}
	}
	return 10 * power
}

// niceLength returns the largest of 1, 2, 5 × 10ⁿ that is not above v.
func niceLength(v float64) float64 {
	power := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, step := range []float64{5, 2} {
		if step*power <= v*(1+1e-9) {
			return step * power
		}
	}
	return power
}

// linearStep returns the smallest round step whose multiples lie at most so many
// times between low and high.
func linearStep(low, high float64, most int) float64 {
	step := niceStep((high - low) / float64(max(most, 1)))
	for math.Floor(high/step+1e-9)-math.Ceil(low/step-1e-9) >= float64(most) {
		step = niceStep(step * 1.01)
	}
	return step
}

// marks are the multiples of a step from low to high.
func marks(low, high, step float64) []tick {
	decimals := max(0, int(-math.Floor(math.Log10(step)+1e-9)))
	var ticks []tick
	for i := math.Ceil(low/step - 1e-9); i <= high/step+1e-9; i++ {
		label := number(i*step, decimals)
		if i == 0 {
			label = "0"
		}
		ticks = append(ticks, tick{value: i * step, label: plain(label)})
	}
	return ticks
}

// linearTicks marks at most so many multiples of a round step between low and high.
func linearTicks(low, high float64, most int) []tick {
	if !(high > low) {
		return nil
	}
	return marks(low, high, linearStep(low, high, most))
}

// logTicks marks the powers of ten between low and high, labelled where at most
// so many labels result, and 2 to 9 times each as minor ticks. Where one power lies
// inside, or two with room between them, 2 and 5 times them are labelled too. Labels are plain
// numbers from 0.001 to 1000 and powers of ten beyond.
func logTicks(low, high float64, most int) []tick {
	if !(low > 0) || !(high > low) {
		return nil
	}
	const slack = 1 + 1e-9
	first, last := int(math.Floor(math.Log10(low)+1e-9)), int(math.Floor(math.Log10(high)+1e-9))
	powers := 0
	for n := first; n <= last; n++ {
		if v := math.Pow10(n); v*slack >= low && v <= high*slack {
			powers++
		}
	}
	every := max(1, (powers+most-1)/max(most, 1))
	between := powers < 2 || powers == 2 && 3*math.Log10(high/low)+1 <= float64(most)+1e-9
	asPowers := low < 0.001/slack || high > 9999
	var ticks []tick
	for n := first; n <= last; n++ {
		for mantissa := 1; mantissa <= 9; mantissa++ {
			v := float64(mantissa) * math.Pow10(n)
			if v*slack < low || v > high*slack {
				continue
			}
			t := tick{value: v}
			switch {
			case mantissa == 1 && (last-n)%every == 0:
				t.label = logLabel(mantissa, n, asPowers)
			case between && (mantissa == 2 || mantissa == 5):
				t.label = logLabel(mantissa, n, asPowers)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

func logLabel(mantissa, n int, asPower bool) words {
	switch {
	case !asPower:
		return plain(number(float64(mantissa)*math.Pow10(n), max(0, -n)))
	case mantissa == 1:
		return power(n)
	default:
		return append(plain(number(float64(mantissa), 0)+"×"), power(n)...)
	}
}

// scaleBar returns the length of the scale bar of a picture so many µm wide: the
// largest round length up to a fifth of it.
func scaleBar(width float64) float64 { return niceLength(width / 5) }
