package scim_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// benchUser is a user of 1.4 KB as Entra ID sends it with its default mapping.
const benchUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"anna.lindqvist","active":true,"userName":"anna.lindqvist@contoso.example","displayName":"Anna Lindqvist","title":"Senior Project Manager","preferredLanguage":"sv-SE","nickName":"anna","locale":"sv-SE","timezone":"Europe/Stockholm","userType":"Employee","name":{"formatted":"Anna Lindqvist","givenName":"Anna","familyName":"Lindqvist"},"emails":[{"value":"anna.lindqvist@contoso.example","type":"work","primary":true},{"value":"anna@home.example","type":"home"}],"phoneNumbers":[{"value":"+46 8 555 0100","type":"work"},{"value":"+46 70 555 0101","type":"mobile"},{"value":"+46 8 555 0199","type":"fax"}],"addresses":[{"type":"work","formatted":"HQ, floor 3","streetAddress":"Sveavagen 44","locality":"Stockholm","region":"Stockholm","postalCode":"111 34","country":"SE"}],"roles":[{"value":"member","display":"Member","type":"WindowsAzureActiveDirectoryRole","primary":false}],"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId":"6f3ad5b8-4a9f-4c1e-9a43-4c2a3f6d1c55","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"100417","department":"Delivery","costCenter":"4410","organization":"Contoso","division":"Nordics","manager":{"value":"2819c223-7f76-453a-919d-413861904646"}},"meta":{"resourceType":"User"}}`

func BenchmarkDecode(b *testing.B) {
	rt := scim.UserType()
	body := []byte(benchUser)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var notes scim.Notes
		if _, err := rt.Decode(body, &notes); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeStored(b *testing.B) {
	rt := scim.UserType()
	o, err := rt.Decode([]byte(benchUser), nil)
	if err != nil {
		b.Fatal(err)
	}
	doc := o.AppendJSON(nil)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rt.DecodeStored(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	o, err := scim.UserType().Decode([]byte(benchUser), nil)
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = o.AppendJSON(dst[:0])
	}
}
