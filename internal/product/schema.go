package product

import "encoding/json"

// shape is what a value of the file looks like.
type shape struct {
	types []string // JSON types
	words []string // when not empty: the only ones
	item  *shape   // of a list
	keys  fields   // of an object
	most  int      // of a number
	note  string   // what it means
}

// Schema returns a JSON Schema (draft 2020-12) of the definition file, so that
// editors complete and check it while it is written. It is made from the same
// tables as Load reads by, and is laxer: what contradicts itself, only Load says.
func Schema() []byte {
	var p Product
	root := shape{types: []string{"object"}, keys: productFields(&reader{lines: map[string]int{}}, &p)}
	s := root.schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Anteroom product definition"
	s["required"] = []string{"name"}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil // maps, lists and text cannot fail
	}
	return append(out, '\n')
}

func (s *shape) schema() map[string]any {
	out := map[string]any{"type": s.types}
	if len(s.types) == 1 {
		out["type"] = s.types[0]
	}
	if s.note != "" {
		out["description"] = s.note
	}
	if len(s.words) > 0 {
		out["enum"] = s.words
	}
	if s.most > 0 {
		out["minimum"], out["maximum"] = 0, s.most
	}
	if s.item != nil {
		out["items"] = s.item.schema()
	}
	if s.keys != nil {
		properties := map[string]any{}
		for name, f := range s.keys {
			properties[name] = f.shape.schema()
		}
		out["properties"], out["additionalProperties"] = properties, false
	}
	return out
}
