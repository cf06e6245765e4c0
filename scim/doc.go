// Package scim is the SCIM 2.0 protocol for a service that customers' directories push their people and
// groups to: Microsoft Entra ID, Okta, Google, OneLogin, JumpCloud and others. It covers
// RFC 7643 (schemas), RFC 7644 (protocol) and RFC 9865 (cursors), and what those directories
// really send, which is not always the same: see compat.go.
//
// # A server
//
// Implement Backend, five methods on resources of one type, and serve it:
//
//	http.Handle("/scim/v2/", &scim.Handler{
//		Prefix:       "/scim/v2",
//		Backends:     map[string]scim.Backend{"User": users, "Group": groups},
//		Authenticate: checkToken,
//	})
//
// The package reads requests, checks them against the schemas, applies PATCH and PUT, filters,
// sorts, pages, and writes answers and errors. A Backend finds and stores: attributes arrive as an
// *Object with canonical names and types, whatever the client wrote, and Object.AppendJSON and
// ResourceType.DecodeStored turn it into a document to store, and back. A change arrives as a
// function from the old resource to the new one, so that reading, changing and writing
// can be one transaction. Collect answers queries for a backend that can list all it has.
//
// A backend grows by optional interfaces: Patcher for groups with very many members, Replacer
// for rules of its own about PUT. Memory is a complete one for examples and tests.
//
// # Several tenants
//
// Handler serves one tenant. A service with many authenticates a request itself, makes a
// Tenant of the result, and calls Server.Serve.
//
// # Schemas
//
// UserType and GroupType give the standard types, to be changed freely before first use: add attributes of your own to
// the schema, or extensions with a URN of their own.
package scim
