package lab

import (
	"strings"
	"time"
)

// Person is one human in the directory, with the attributes that directories
// commonly map to SCIM, under the names that Entra gives them. Empty strings
// are attributes without a value.
type Person struct {
	ObjectID          string    `json:"objectId"` // the directory's immutable key, a GUID
	UserPrincipalName string    `json:"userPrincipalName"`
	Mail              string    `json:"mail,omitempty"`
	GivenName         string    `json:"givenName,omitempty"`
	Surname           string    `json:"surname,omitempty"`
	DisplayName       string    `json:"displayName,omitempty"`
	JobTitle          string    `json:"jobTitle,omitempty"`
	Department        string    `json:"department,omitempty"`
	EmployeeID        string    `json:"employeeId,omitempty"`
	MailNickname      string    `json:"mailNickname,omitempty"`
	Telephone         string    `json:"telephoneNumber,omitempty"`
	Mobile            string    `json:"mobile,omitempty"`
	Fax               string    `json:"facsimileTelephoneNumber,omitempty"`
	Office            string    `json:"physicalDeliveryOfficeName,omitempty"`
	StreetAddress     string    `json:"streetAddress,omitempty"`
	City              string    `json:"city,omitempty"`
	State             string    `json:"state,omitempty"`
	PostalCode        string    `json:"postalCode,omitempty"`
	Country           string    `json:"country,omitempty"`
	PreferredLanguage string    `json:"preferredLanguage,omitempty"`
	Manager           string    `json:"manager,omitempty"` // the manager's ObjectID
	AccountEnabled    bool      `json:"accountEnabled"`
	SoftDeleted       bool      `json:"softDeleted,omitempty"` // in the recycle bin
	DeletedAt         time.Time `json:"deletedAt,omitzero"`    // when it went there
}

// AppRole is a role that the application offers and that an administrator
// chooses when assigning people.
type AppRole struct {
	ID          string `json:"id"` // GUID
	Value       string `json:"value"`
	DisplayName string `json:"displayName"`
}

// personFields gives a person's mappable attributes under Entra's names.
// References (manager) and the computed IsSoftDeleted are not among them.
func personFields() map[string]func(*Person) *string {
	return map[string]func(*Person) *string{
		"objectId":                   func(p *Person) *string { return &p.ObjectID },
		"userPrincipalName":          func(p *Person) *string { return &p.UserPrincipalName },
		"mail":                       func(p *Person) *string { return &p.Mail },
		"givenName":                  func(p *Person) *string { return &p.GivenName },
		"surname":                    func(p *Person) *string { return &p.Surname },
		"displayName":                func(p *Person) *string { return &p.DisplayName },
		"jobTitle":                   func(p *Person) *string { return &p.JobTitle },
		"department":                 func(p *Person) *string { return &p.Department },
		"employeeId":                 func(p *Person) *string { return &p.EmployeeID },
		"mailNickname":               func(p *Person) *string { return &p.MailNickname },
		"telephoneNumber":            func(p *Person) *string { return &p.Telephone },
		"mobile":                     func(p *Person) *string { return &p.Mobile },
		"facsimileTelephoneNumber":   func(p *Person) *string { return &p.Fax },
		"physicalDeliveryOfficeName": func(p *Person) *string { return &p.Office },
		"streetAddress":              func(p *Person) *string { return &p.StreetAddress },
		"city":                       func(p *Person) *string { return &p.City },
		"state":                      func(p *Person) *string { return &p.State },
		"postalCode":                 func(p *Person) *string { return &p.PostalCode },
		"country":                    func(p *Person) *string { return &p.Country },
		"preferredLanguage":          func(p *Person) *string { return &p.PreferredLanguage },
	}
}

// personField finds an attribute by its name in any case, nil when there is none.
func personField(name string) func(*Person) *string {
	for key, field := range personFields() {
		if strings.EqualFold(key, name) {
			return field
		}
	}
	return nil
}

// fullName is what a directory shows when nobody typed a display name.
func (p *Person) fullName() string {
	return strings.TrimSpace(p.GivenName + " " + p.Surname)
}
