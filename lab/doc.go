// Package lab holds identity providers in a box: Entra, Okta, Google, OneLogin,
// JumpCloud, PingFederate and SailPoint, which push people and groups over SCIM
// 2.0 in the request sequences of the real ones.
//
// A [Directory] is what an administrator sees in the portal: people, groups and
// who is assigned to the application. It is a file ([Load]), made by [Generate]
// from a seed, or written in code. A [Provider] is a client of one SCIM server;
// every call of Cycle sends whatever differs from what was last sent, as the
// provisioning job of the real one does every forty minutes:
//
//	dir := lab.Generate(1, 500, 20)
//	idp, err := lab.New("entra", dir, lab.Target{URL: url, Token: token}, lab.Options{})
//	if err := idp.TestConnection(ctx); err != nil { ... }
//	summary, err := idp.Cycle(ctx)   // initial: everything
//	dir.Disable(someone)
//	summary, err = idp.Cycle(ctx)    // incremental: one GET, one PATCH
//
// After a cycle the provider reads the server back and says in words where its
// state differs from the directory's.
//
// Around that: [Schedule] runs providers by a clock that the caller moves, with
// Entra's quarantine and its retries; [Faults] is a network that loses answers,
// doubles, delays and refuses requests; [Recording] writes a conversation down;
// [Entra] and [Okta] can be made directly for what only they can do.
//
// The package speaks plain HTTP to any SCIM server and shares no code with the
// one in package scim, so that a client cannot share the server's mistakes.
//
// What the clients send follows the vendors' public documentation; where that is
// silent, the comment at the code says what is assumed.
package lab
