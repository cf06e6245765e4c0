package markup

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// errDeclared refuses a document that declares a type of its own.
var errDeclared = errors.New("the message declares a document type")

// Read reads a message that came, leniently: an identity provider takes what its
// service providers send. Text is kept without the space around it.
func Read(text string) (*Element, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	var open []*Element
	var root *Element
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && root != nil {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, errDeclared
		case xml.StartElement:
			e := started(t)
			if len(open) > 0 {
				open[len(open)-1].Add(e)
			} else if root == nil {
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].Text += strings.TrimSpace(string(t))
			}
		}
	}
}

func started(t xml.StartElement) *Element {
	e := &Element{Local: t.Name.Local, Space: t.Name.Space}
	for _, a := range t.Attr {
		if a.Name.Local != "xmlns" && a.Name.Space != "xmlns" {
			e.Attrs = append(e.Attrs, Attr{Local: a.Name.Local, Value: a.Value})
		}
	}
	return e
}
