package store

import "unsafe"

// The engine's memory is neither known to Go's collector nor moved by it. The
// functions here are the one place that needs package unsafe: bytes of known
// length, and pointers, cross it.

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
func pointerAt(at uintptr) uintptr { return *(*uintptr)(address(at)) }

func address(at uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&at)) } //nolint:gosec // see above
