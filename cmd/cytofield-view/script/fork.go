package script

import "slices"

func parseShow(rest string) (func(*player) error, error) {
	if !slices.Contains([]string{"a", "b", "both", "difference"}, rest) {
		return nil, errArguments
	}
	return func(p *player) error { return p.window.ShowBranches(rest) }, nil
}

func parseJoin(rest string) (func(*player) error, error) {
	if rest != "a" && rest != "b" {
		return nil, errArguments
	}
	return func(p *player) error { p.window.Join(rest == "a"); return nil }, nil
}
