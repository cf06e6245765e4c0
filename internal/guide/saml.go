package guide

// saml is the guide to SAML 2.0.
func (b *signOn) saml() []Step {
	steps, known := map[string]func(*signOn) []Step{
		"entra": entraSAML, "okta": oktaSAML, "google": googleSAML, "onelogin": oneloginSAML, "jumpcloud": jumpcloudSAML,
		"ping": pingSAML, "adfs": adfsSAML, "keycloak": keycloakSAML,
	}[b.kind]
	if !known {
		steps = otherSAML
	}
	return steps(b)
}

// ours is the step that takes our values there.
func (b *signOn) ours(do ...string) Step {
	return Step{Title: "Enter our values", Do: do, Copy: b.values()}
}

func entraSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	first := Step{Title: "Create the enterprise application", Do: []string{
		"In the Microsoft Entra admin center, open Enterprise applications and choose New application, then Create your own application.",
		"Name it " + b.p.Name + " SSO and choose Integrate any other application you don't find in the gallery (Non-gallery). Choose Create.",
	}, Why: "The same application can provision as well."}
	if b.provisioned {
		first = Step{Title: "Open the enterprise application", Do: []string{"In the Microsoft Entra admin center, open the enterprise application that provisions to " + b.p.Name + "."}, Why: "One application does both."}
	}
	steps := []Step{
		first,
		{Title: "Choose SAML", Do: []string{"Under 2. Set up single sign on choose Get started, and select SAML."}},
		b.ours("In section 1, Basic SAML Configuration, choose Edit and enter these values. Choose Save."),
		{
			Title: "Leave the claims as they are", Do: []string{"In section 2, Attributes & Claims, leave the Unique User Identifier at user.userprincipalname, in the format Email address."},
			Why: "Names, address and the object id come with it. Somebody who is renamed is still found, by the object id.",
		},
		b.metadata("In section 3, SAML Certificates, copy the App Federation Metadata Url.", "Paste it into "+l.Metadata+" on the tab SAML here, choose "+l.GetMetadata+", look at what came, and save."),
	}
	return append(steps, b.last("Open Users and groups, choose Add user/group, choose people or groups, and choose Assign.")...)
}

func oktaSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	steps := []Step{
		{Title: "Add the application", Do: []string{
			"In the Admin Console, open Applications > Applications, choose Browse App Catalog, look for " + b.p.Name + ", and choose Add Integration.",
			"When it is not in the catalogue, choose Create App Integration, then SAML 2.0.",
		}},
		b.ours("Open Sign On and choose Edit. (In an application of your own it is Configure SAML.) Enter these values."),
		{
			Title: "Send the e-mail address as the user name", Do: []string{"Under Credentials Details, select Email as Application username format, and choose Save."},
			Why: "Who signs in is found by it, as by the user name of the provisioning.",
		},
		b.metadata("On the tab Sign On, copy the Metadata URL.", "Paste it into "+l.Metadata+" on the tab SAML here, choose "+l.GetMetadata+", look at what came, and save."),
	}
	steps[1].Why = "Single Logout asks for our certificate as well: it stands on the tab SAML here. Leave it out if you do not need it."
	return append(steps, b.last("Open Assignments, choose Assign, then Assign to People or Assign to Groups.")...)
}

func googleSAML(b *signOn) []Step {
	steps := []Step{
		{Title: "Add the application", Do: []string{"In the Admin console, open Apps > Web and mobile apps, choose Add app > Add custom SAML app, and name it " + b.p.Name + "."}},
		b.metadata("On the page Google Identity Provider details, choose Download metadata.", "Upload the file on the tab SAML here, look at what came, and save."),
		b.ours("On the page Service provider details, enter these values.", "Set Name ID format to EMAIL and Name ID to Basic Information > Primary email. Choose Continue."),
		{Title: "Map attributes", Do: []string{"Choose Add mapping: First name to firstName, Last name to lastName, Primary email to email. Choose Finish."}},
	}
	steps[1].Why = "Google gives a file and no address, so it has to be uploaded again before the certificate ends. You are warned in time."
	return append(steps, b.last("Open User access and switch the application on, for everyone or for organizational units. It may take a day until Google lets people in.")...)
}

func oneloginSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	steps := []Step{
		{Title: "Add the application", Do: []string{"Under Applications, choose Add App, look for SAML Custom Connector (Advanced), name it " + b.p.Name + ", and save."}},
		b.ours("Under Configuration, enter these values, and enter the ACS (Consumer) URL as ACS (Consumer) URL Validator too.", "Set SAML initiator to Service Provider and SAML nameID format to Email. Save."),
		{Title: "Sign with SHA-256", Do: []string{"Under SSO, set SAML Signature Algorithm to SHA-256, and save."}, Why: "Signatures with SHA-1 are refused here."},
		b.metadata("Under SSO, copy the Issuer URL.", "Paste it into "+l.Metadata+" on the tab SAML here, choose "+l.GetMetadata+", look at what came, and save."),
	}
	return append(steps, b.last("Under Access, tick the roles, or assign people under Users.")...)
}

func jumpcloudSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	steps := []Step{
		{Title: "Add the application", Do: []string{"Under SSO Applications, choose Add New Application, then Custom Application, with Manage Single Sign-On (SSO) and Configure SSO with SAML. Name it " + b.p.Name + "."}},
		b.ours("On the tab SSO, enter these values. Set SAMLSubject NameID to email, its format to emailAddress, and the Signature Algorithm to RSA-SHA256.", "Tick Sign Assertion, and Declare Redirect Endpoint."),
		{Title: "Send names", Do: []string{"Under User Attribute Mapping, add email, firstname and lastname, each under its own name. Save."}},
		b.metadata("On the tab SSO, choose Copy Metadata URL.", "Paste it into "+l.Metadata+" on the tab SAML here, choose "+l.GetMetadata+", look at what came, and save."),
	}
	return append(steps, b.last("Under User Groups, tick the groups whose people may sign in, and save.")...)
}

func pingSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	steps := []Step{
		{Title: "Add the application", Do: []string{"In PingOne, open Applications, choose +, name it " + b.p.Name + ", choose SAML Application, then Configure and Manually Enter. (In PingFederate it is an SP connection with Browser SSO.)"}},
		b.ours("Enter these values, and save.", "Under Configuration, choose Sign Assertion & Response, with RSA_SHA256."),
		{Title: "Map attributes", Do: []string{"Under Attribute Mappings, map saml_subject to Email Address, and add email, firstName and lastName."}},
		b.metadata("Under Configuration, copy the IDP Metadata URL.", "Paste it into "+l.Metadata+" on the tab SAML here, choose "+l.GetMetadata+", look at what came, and save."),
	}
	return append(steps, b.last("Under Access, choose the groups whose people may sign in, and switch the application on.")...)
}

func adfsSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	steps := []Step{
		{Title: "Add a relying party trust", Do: []string{"In AD FS Management, open Relying Party Trusts, choose Add Relying Party Trust, Claims aware, and Enter data about the relying party manually. Name it " + b.p.Name + "."}},
		b.ours("Tick Enable support for the SAML 2.0 WebSSO protocol, and enter these values.", "Under Properties > Advanced, see that the secure hash algorithm is SHA-256."),
		{
			Title: "Send the address and the names", Do: []string{
				"Choose Edit Claim Issuance Policy, then Add Rule, Send LDAP Attributes as Claims, from Active Directory: E-Mail-Addresses to E-Mail Address, Given-Name to Given Name, Surname to Surname.",
				"Add a second rule, Transform an Incoming Claim: E-Mail Address to Name ID, in the format Email.",
			},
			Why: "Without a Name ID nobody is told apart, and everybody is refused.",
		},
		b.metadata("Its metadata lie at https://YOUR-AD-FS/FederationMetadata/2007-06/FederationMetadata.xml.", "Paste that address into "+l.Metadata+" on the tab SAML here and choose "+l.GetMetadata+", or upload the file when the server stands inside your network. Look at what came, and save."),
	}
	return append(steps, b.last("Under Access Control Policy, choose who may sign in.")...)
}

func keycloakSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	steps := []Step{
		{Title: "Create the client", Do: []string{"In the admin console, open Clients, choose Create client, with Client type SAML."}},
		b.ours("Enter the first value as Client ID and as nothing else, the second also under Valid redirect URIs, and the others under Settings and Advanced.", "Set Name ID format to email, and switch Force name ID format on.", "Switch Sign assertions on, and Client signature required (under Keys) off unless requests are signed here."),
		{Title: "Send names", Do: []string{"Under Client scopes, open the client's dedicated scope, choose Add predefined mapper, and add X500 email, givenName and surname."}},
		b.metadata("Under Realm settings, copy the address of SAML 2.0 Identity Provider Metadata.", "Paste it into "+l.Metadata+" on the tab SAML here, choose "+l.GetMetadata+", look at what came, and save."),
	}
	return append(steps, b.last()...)
}

func otherSAML(b *signOn) []Step {
	l := &b.p.Console.Labels
	return append([]Step{
		b.ours("In your identity provider, add a SAML 2.0 application, and enter these values, or have it read our metadata, whose address stands on the tab SAML here.", "Have it sign assertions with RSA-SHA256, and send the e-mail address as Name ID, or a persistent one beside an attribute with the address."),
		{Title: "Send names", Do: []string{"Have it send the attributes email, firstName and lastName, or say on the tab SAML what they are called."}},
		b.metadata("Find the address of its metadata, or the file.", "Paste the address into "+l.Metadata+" on the tab SAML here and choose "+l.GetMetadata+", or upload the file. Without metadata, enter issuer, address and certificate by hand. Save."),
	}, b.last("Assign the people who may sign in.")...)
}
