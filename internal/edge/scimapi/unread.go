package scimapi

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Answers are held in memory until the client has read them, and whoever reads
// slowly keeps no place from others. So the bytes of large answers are counted,
// and what would be more than a workspace, or all, may leave unread is refused.
const (
	largeAnswer      = 64 << 10 // bytes from which on an answer is counted
	unreadPerSpace   = 64 << 20 // four of the largest pages
	unreadAltogether = 256 << 20
)

// unread counts the bytes of large answers that are being written.
type unread struct {
	total atomic.Int64
	mu    sync.Mutex
	of    map[identity.WorkspaceID]int64
}

var errUnread = identity.Errorf(identity.TooMany, "", "too many answers of this workspace have not been read to their end; read them, or close their connections, and try again in a few seconds")

// room says whether the workspace may leave so many bytes more unread. One answer
// it may in any case, whatever others leave.
func (u *unread) room(ws identity.WorkspaceID, bytes int64) bool {
	all := u.total.Load() + bytes
	if all <= unreadPerSpace {
		return true
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	own := u.of[ws]
	return own == 0 || own+bytes <= unreadPerSpace && all <= unreadAltogether
}

// full says whether the workspace leaves more unread than it may, as writes can.
func (u *unread) full(ws identity.WorkspaceID) bool {
	if u.total.Load() <= unreadPerSpace {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.of[ws] > unreadPerSpace
}

// add counts bytes, or counts them off.
func (u *unread) add(ws identity.WorkspaceID, bytes int64) {
	u.total.Add(bytes)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.of == nil {
		u.of = map[identity.WorkspaceID]int64{}
	}
	if u.of[ws] += bytes; u.of[ws] == 0 {
		delete(u.of, ws)
	}
}

// hold counts the answer to a request, or says that there is no room for it. The
// answer to a write is given in any case, since the write is done.
func (a *API) hold(x *exchange, size int64) bool {
	if size <= largeAnswer {
		return true
	}
	if !a.unread.room(x.ws, size) && onlyReads(x) {
		return false
	}
	x.unread = size
	a.unread.add(x.ws, size)
	return true
}

// letGo counts an answer off that has been written, or never will be.
func (a *API) letGo(x *exchange) {
	if x.unread > 0 {
		a.unread.add(x.ws, -x.unread)
		x.unread = 0
	}
}

func onlyReads(x *exchange) bool {
	return x.r.Method == http.MethodGet || x.r.Method == http.MethodHead || strings.Contains(x.path, ".search")
}
