package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// suggest returns `; did you mean "x"?` with the candidate nearest to a
// misspelt word, or else lists them.
func suggest(word string, candidates []string) string {
	// A slip leaves most of a word.
	best, distance := "", min(1+max(1, len([]rune(word))/3), len([]rune(word)))
	for _, candidate := range candidates {
		if d := editDistance(strings.ToLower(word), strings.ToLower(candidate)); d < distance {
			best, distance = candidate, d
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return list("; want ", candidates)
}

// list returns the words in a readable row after a lead, nothing for no words.
func list(lead string, words []string) string {
	const most = 20
	switch {
	case len(words) == 0:
		return ""
	case len(words) == 1:
		return lead + words[0]
	case len(words) > most:
		return lead + "one of " + strings.Join(words[:most], ", ") + ", …"
	case len(words) == 2:
		return lead + words[0] + " or " + words[1]
	}
	return lead + "one of " + strings.Join(words, ", ")
}

// editDistance counts the insertions, deletions, substitutions and swaps of
// neighbours that turn a into b. Words too long to be a slip are far apart.
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	const longest = 64
	if len(from) > longest || len(to) > longest {
		return longest
	}
	before, previous := make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range from {
		row := make([]int, len(to)+1)
		row[0] = i + 1
		for j := range to {
			substitution := previous[j]
			if from[i] != to[j] {
				substitution++
			}
			row[j+1] = min(substitution, previous[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, previous = previous, slices.Clone(row)
	}
	return previous[len(to)]
}
