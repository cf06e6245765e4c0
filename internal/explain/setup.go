package explain

import "slices"

// setupRules are the rules of metadata and set-up. Each part adds its own here.
func setupRules() []Rule {
	return slices.Concat(
		metadataRules(),
		domainRules(),
		connectionRules(),
	)
}
