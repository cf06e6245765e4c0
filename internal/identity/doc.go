// Package identity holds the nouns of Anteroom and the rules about them:
// workspaces, members, groups, roles, connections, tokens and the changes that
// happen to them. It does no I/O and imports the standard library only, so
// that every other package may speak its words.
package identity
