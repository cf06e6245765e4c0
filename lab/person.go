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

// attributes gives a person's mappable attributes by Entra's names, lower case.
// References (manager) and the computed IsSoftDeleted are not among them.
func (p *Person) attributes() map[string]string {
	return map[string]string{
		"objectid":                   p.ObjectID,
		"userprincipalname":          p.UserPrincipalName,
		"mail":                       p.Mail,
		"givenname":                  p.GivenName,
		"surname":                    p.Surname,
		"displayname":                p.DisplayName,
		"jobtitle":                   p.JobTitle,
		"department":                 p.Department,
		"employeeid":                 p.EmployeeID,
		"mailnickname":               p.MailNickname,
		"telephonenumber":            p.Telephone,
		"mobile":                     p.Mobile,
		"facsimiletelephonenumber":   p.Fax,
		"physicaldeliveryofficename": p.Office,
		"streetaddress":              p.StreetAddress,
		"city":                       p.City,
		"state":                      p.State,
		"postalcode":                 p.PostalCode,
		"country":                    p.Country,
		"preferredlanguage":          p.PreferredLanguage,
	}
}

// fullName is what a directory shows when nobody typed a display name.
func (p *Person) fullName() string {
	return strings.TrimSpace(p.GivenName + " " + p.Surname)
}
