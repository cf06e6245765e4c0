// Package lab holds identity providers in a box: an Entra and an Okta that push
// people and groups over SCIM 2.0 in the request sequences of the real ones.
//
// A [Directory] is what an administrator sees in the portal: people, groups and
// who is assigned to the application. It is written by hand or made by
// [Generate] from a seed. [Entra] and [Okta] are clients of one SCIM server
// each; every call of Cycle sends whatever differs from what was last sent,
// as the provisioning job of the real provider does every forty minutes:
//
//	dir := lab.Generate(1, 500, 20)
//	entra := lab.NewEntra(dir, lab.Target{URL: url, Token: token}, lab.EntraOptions{})
//	if err := entra.TestConnection(ctx); err != nil { ... }
//	summary, err := entra.Cycle(ctx)   // initial: everything
//	dir.Disable(someone)
//	summary, err = entra.Cycle(ctx)    // incremental: one GET, one PATCH
//
// After a cycle the client reads the server back and says in words where its
// state differs from the directory's. The package speaks plain HTTP to any SCIM
// server and shares no code with the one in package scim, so that a client
// cannot share the server's mistakes.
//
// What the clients send follows Microsoft's and Okta's public documentation;
// where the documentation is silent, the comment at the code says what is
// assumed.
package lab
