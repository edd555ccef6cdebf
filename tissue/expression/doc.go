// Package expression is the language of rate laws: arithmetic over densities and
// named constants, checked for dimensions, evaluated in float64 and written as GLSL.
//
//	k_on*IL6*sIL6R - k_off*complex
//
// # Grammar
//
// The syntax is that of Go's expressions, restricted to arithmetic:
//
//	rate    = rate ("+" | "-" | "*" | "/") rate | ("+" | "-") rate | "(" rate ")" | number | name | call
//	number  = decimal, such as 2, 0.5 or 1e-3: a plain number; one with a unit is a named constant
//	name    = letters, digits and _, as [Identifier] makes of a name: IL-2 is written IL_2
//	call    = function "(" rate { "," rate } ")"
//
// with the usual precedence. Line breaks are spaces. Two names of a scope with one
// spelling are an error where they are used.
// A power is pow(x, n); x^2 and x**2 are refused, since Go's ^ binds as loosely as +.
//
// # Functions
//
//	pow(x, n)     n a constant of at most ±32. A whole n is a product, so x may be negative;
//	              another n takes max(x, 0) for x
//	sqrt(x)       of max(x, 0)
//	exp(x), log(x), tanh(x), abs(x), min(x, y), max(x, y)
//	step(x, threshold)                   1 where x >= threshold, else 0
//	mass_action(k, a, b, ...)            k a b ...                         Guldberg & Waage 1864
//	binding(kon, a, b, koff, complex)    kon a b - koff complex
//	michaelis_menten(vmax, km, c)        vmax c / (km + c)                 Michaelis & Menten 1913
//	hill(c, k, n)                        c^n / (k^n + c^n)                 Hill 1910
//	hill_down(c, k, n)                   k^n / (k^n + c^n)
//	logistic(r, c, capacity)             r c (1 - c/capacity)              Verhulst 1838
//
// Explicit steps can leave a density below zero by rounding. michaelis_menten, hill,
// hill_down and logistic take max(c, 0) for c, so that none sees a negative power, divides
// by zero or grows away from zero downwards; mass_action and binding stay polynomials, so
// that what one substrate loses the other gains. Hill functions are computed as
// x^n / (1 + x^n) with x = c/k, held below where float32 would overflow.
// log of zero or less is NaN or an infinity in float64, undefined in GLSL: write log(1 + c/k).
//
// # Dimensions
//
// Terms of a sum, and the arguments of min, max and step, have one dimension; 0 fits any.
// exp, log, tanh and the n of a power take plain numbers. A power with a fractional n takes
// what has a root: sqrt(a*b) of two densities, but not sqrt(a). Values are in µm, s and nM:
// an amount is in nM µm^3 (0.602214076 molecules), so that densities multiply with the rest.
package expression
