package play

import (
	"context"
	"slices"
)

// Attacks plays the whole corpus: messages of SAML, flows through the real edges,
// and what a relying party of OpenID Connect meets.
func Attacks(ctx context.Context) (*Table, error) {
	messages, err := playMessages()
	if err != nil {
		return nil, err
	}
	flows, err := playFlows(ctx)
	if err != nil {
		return nil, err
	}
	return tally(slices.Concat(messages, flows, playRelyingParty())), nil
}
