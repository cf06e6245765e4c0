package scimtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// The URNs that the suite writes and looks for.
const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	listURN       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	errorURN      = "urn:ietf:params:scim:api:messages:2.0:Error"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	searchURN     = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	bulkURN       = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkReplyURN  = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	adscimURN     = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
	customURN     = "urn:ietf:params:scim:schemas:extension:ScimTest:2.0:User"
)

// Answer is what the server gave to one request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	JSON   any   // the decoded body, nil when it is no JSON
	Err    error // why there is no answer
}

// At walks into the body: object keys without regard to case, "work" style
// selectors such as "type=work" or "value=x" pick an element of a list. It
// gives nil where there is nothing.
func (a *Answer) At(path ...string) any { return at(a.JSON, path...) }

// ID gives the resource's id, "" when there is none.
func (a *Answer) ID() string {
	id, _ := a.At("id").(string)
	return id
}

// Resources gives what a list holds.
func (a *Answer) Resources() []any {
	list, _ := a.At("Resources").([]any)
	return list
}

// Total gives totalResults, -1 when it is absent or no number.
func (a *Answer) Total() int { return number(a.At("totalResults")) }

func number(v any) int {
	n, ok := v.(float64)
	if !ok || n != float64(int(n)) {
		return -1
	}
	return int(n)
}

func at(v any, path ...string) any {
	for _, key := range path {
		switch in := v.(type) {
		case map[string]any:
			v = lookup(in, key)
		case []any:
			v = element(in, key)
		default:
			return nil
		}
	}
	return v
}

// lookup finds a key without regard to case. RFC 7643 §2.1
func lookup(o map[string]any, key string) any {
	if v, ok := o[key]; ok {
		return v
	}
	for k, v := range o {
		if strings.EqualFold(k, key) {
			return v
		}
	}
	return nil
}

// element picks the list element whose attribute has a value: "type=work".
func element(list []any, key string) any {
	attr, want, _ := strings.Cut(key, "=")
	for _, e := range list {
		if got := at(e, attr); got != nil && strings.EqualFold(fmt.Sprint(got), want) {
			return e
		}
	}
	return nil
}

// core finds a customer-defined attribute of the core schema in any of the
// three places where servers return it.
func core(doc any, name string) any {
	for _, path := range [][]string{{userURN, name}, {userURN + ":" + name}, {name}} {
		if v := at(doc, path...); v != nil {
			return v
		}
	}
	return nil
}

// empty says whether a value counts as absent. RFC 7643 §2.5
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, e := range v {
			if !empty(e) {
				return false
			}
		}
		return true
	}
	return false
}

// plain turns a Go value into what JSON decoding would give.
func plain(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	_ = json.Unmarshal(b, &out)
	return out
}

// holds says whether got has everything that want has: objects may have more,
// lists must have the same length and each wanted element somewhere.
func holds(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		o, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for k, w := range want {
			if !holds(lookup(o, k), w) {
				return false
			}
		}
		return true
	case []any:
		list, ok := got.([]any)
		if !ok && len(want) == 0 {
			return got == nil
		}
		return ok && len(list) == len(want) && eachFound(list, want)
	case nil:
		return empty(got)
	}
	return reflect.DeepEqual(got, want)
}

func eachFound(list, want []any) bool {
	used := make([]bool, len(list))
next:
	for _, w := range want {
		for i, e := range list {
			if !used[i] && holds(e, w) {
				used[i] = true
				continue next
			}
		}
		return false
	}
	return true
}

// show gives a value as JSON for messages.
func show(v any) string {
	_, sent := encode(v)
	if text := string(sent); text == "" || text == "null" {
		return "nothing"
	}
	if s, ok := v.(string); ok {
		_, sent = encode([]string{s})
		sent = sent[1 : len(sent)-1]
	}
	return excerpt(sent)
}

// replace writes one value into a text.
func replace(text, name, value string) string { return strings.ReplaceAll(text, name, value) }
