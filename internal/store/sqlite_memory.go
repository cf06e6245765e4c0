package store

import (
	"unsafe"

	sqlite3 "modernc.org/sqlite/lib"
)

// The engine's memory is neither known to Go's collector nor moved by it. The
// functions here are the one place that needs package unsafe: bytes of known
// length, pointers and functions cross it.

// pointerSize is a pointer's size in bytes.
const pointerSize = unsafe.Sizeof(uintptr(0))

// memory is n bytes of the engine's memory, valid until the engine frees it.
func memory(at uintptr, n int) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(address(at)), n) //nolint:gosec // see above
}

// pointerAt reads a pointer from the engine's memory.
func pointerAt(where uintptr) uintptr { return *at[uintptr](where) }

func address(at uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&at)) } //nolint:gosec // see above

// at is what stands at an address of the engine's memory.
func at[T any](where uintptr) *T { return (*T)(address(where)) }

// functionAt is the Go function that a pointer of the engine's calls: the engine
// is made of Go functions, and its pointers are those of Go's function values.
func functionAt[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&pointer)) } //nolint:gosec // see above

// functionPointer is the inverse. The caller keeps f for as long as the engine has it.
func functionPointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) } //nolint:gosec // see above

// methodsSize is the size of a file's methods in bytes.
const methodsSize = unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})
