package lab_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

func TestAnAssignmentIsTheObjectsOwn(t *testing.T) {
	d := lab.NewDirectory(1)
	ann, err := d.AddPerson(lab.Person{UserPrincipalName: "ann@contoso.example"})
	if err != nil {
		t.Fatal(err)
	}
	sales, err := d.NewGroup("Sales", ann)
	if err != nil {
		t.Fatal(err)
	}
	want := func(id string, role string, assigned bool) {
		t.Helper()
		roles, ok := d.Assignment(id)
		if got := len(roles) == 1 && roles[0].Value == role || len(roles) == 0 && role == ""; !got || ok != assigned {
			t.Errorf("%v %v", roles, ok)
		}
	}
	want(ann, "", false)
	if err := d.AssignGroup(sales, lab.AppRole{Value: "member"}); err != nil {
		t.Fatal(err)
	}
	want(sales, "member", true)
	want(ann, "", false) // in scope by the group, and not assigned
	if err := d.Assign(ann, lab.AppRole{Value: "admin"}); err != nil {
		t.Fatal(err)
	}
	want(ann, "admin", true)
	if err := d.Unassign(ann); err != nil {
		t.Fatal(err)
	}
	want(ann, "", false)
	want("nobody", "", false)
}
