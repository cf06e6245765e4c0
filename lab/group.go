package lab

import (
	"maps"
	"slices"
)

// Group is one group of the directory. Members are the ObjectIDs of people,
// each once, in order of id; nested groups are not modelled because Entra does
// not provision them.
type Group struct {
	ObjectID    string   `json:"objectId"`
	DisplayName string   `json:"displayName"`
	Members     []string `json:"members"`
}

// group is the directory's own copy, with members as a set.
type group struct {
	id, name string
	members  map[string]bool
}

func (g *group) view() Group {
	members := slices.AppendSeq(make([]string, 0, len(g.members)), maps.Keys(g.members))
	slices.Sort(members)
	return Group{ObjectID: g.id, DisplayName: g.name, Members: members}
}
