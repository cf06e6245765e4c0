package guide

// openID is the guide to OpenID Connect.
func (b *signOn) openID() []Step {
	steps, known := map[string]func(*signOn) []Step{
		"entra": entraOpenID, "okta": oktaOpenID, "google": googleOpenID, "onelogin": oneloginOpenID, "jumpcloud": jumpcloudOpenID,
		"ping": pingOpenID, "adfs": adfsOpenID, "keycloak": keycloakOpenID,
	}[b.kind]
	if !known {
		steps = otherOpenID
	}
	return steps(b)
}

// client is the step that brings what the provider calls us here.
func (b *signOn) client(issuer string, do ...string) Step {
	l := &b.p.Console.Labels
	s := Step{
		Title: "Bring its values here", Do: append(do, issuer, "Enter them on the tab OpenID Connect here, and save."), Tick: Known,
	}
	if b.names.ClientID != "" {
		s.Bring = []Bring{{b.names.ClientID, l.ClientID}, {b.names.ClientSecret, l.ClientSecret}}
	}
	if b.names.Tenant != "" {
		s.Bring = append(s.Bring, Bring{b.names.Tenant, l.Issuer})
	}
	return s
}

func entraOpenID(b *signOn) []Step {
	first := Step{Title: "Register the application", Do: []string{"In the Microsoft Entra admin center, open App registrations, choose New registration, name it " + b.p.Name + ", for accounts in this organizational directory only, and choose Register."}}
	if b.provisioned {
		first = Step{Title: "Open the application", Do: []string{"In the Microsoft Entra admin center, open App registrations and choose the application that provisions to " + b.p.Name + "."}, Why: "One application does both."}
	}
	steps := []Step{
		first,
		{
			Title: "Enter the two redirect URIs", Do: []string{"Open Authentication and choose Add a platform, once for each of these: Mobile and desktop applications for the first, which makes it a Public client (mobile & desktop), and Web for the second."},
			Why:  "The apps come back to the first, without a secret, and the web portal to the second, with one. One cannot stand in for the other.",
			Copy: b.redirects(),
		},
		{Title: "Make a client secret", Do: []string{"Open Certificates & secrets, choose New client secret, give it a name and an end, and copy its Value at once: it is not shown again."}, Why: "Note its end here: you are warned before it comes, and two secrets work side by side while one replaces the other."},
		{
			Title: "Allow it to read who signs in", Do: []string{
				"Open API permissions and choose Add a permission > Microsoft Graph > Delegated permissions, and tick User.Read. Choose Add permissions.",
				"Choose Grant admin consent. Only an administrator of the directory can.",
			},
			Why: "Without consent everybody is refused with consent_required.",
		},
		b.client("Combine https://login.microsoftonline.com/ with the Directory (tenant) ID for the third. It is taken with and without /v2.0.", "Open Overview, and copy the Application (client) ID and the Directory (tenant) ID."),
	}
	return append(steps, b.last("Open the enterprise application of the same name, set Assignment required to Yes under Properties, and add people under Users and groups.")...)
}

func oktaOpenID(b *signOn) []Step {
	steps := []Step{
		{Title: "Create the application", Do: []string{"In the Admin Console, open Applications > Applications, choose Create App Integration, then OIDC - OpenID Connect and Web Application. Name it " + b.p.Name + "."}},
		{Title: "Enter the redirect URIs", Do: []string{"Enter the second under Sign-in redirect URIs. The first belongs to a second application, of the type Native Application, if people sign in from the apps.", "Tick the grant type Authorization Code, and require PKCE."}, Copy: b.redirects()},
		b.client("The third is https://YOUR-ORG.okta.com, or the Issuer URI of a server under Security > API.", "Copy Client ID and Client secret under Client Credentials."),
	}
	return append(steps, b.last("Open Assignments, choose Assign, then Assign to People or Assign to Groups.")...)
}

func googleOpenID(b *signOn) []Step {
	steps := []Step{
		{Title: "Create the client", Do: []string{"In the Google Cloud console, open APIs & Services > Credentials, choose Create credentials > OAuth client ID, and Web application. Set the user type of the consent screen to Internal."}, Why: "Internal lets only people of your own organization in."},
		{Title: "Enter the redirect URI", Do: []string{"Enter the second under Authorized redirect URIs."}, Copy: b.redirects()},
		b.client("The third is https://accounts.google.com.", "Copy Client ID and Client secret."),
	}
	return append(steps, b.last()...)
}

func oneloginOpenID(b *signOn) []Step {
	steps := []Step{
		{Title: "Add the application", Do: []string{"Under Applications, choose Add App, look for OpenId Connect (OIDC), name it " + b.p.Name + ", and save."}},
		{Title: "Enter the redirect URIs", Do: []string{"Under Configuration, enter both under Redirect URI's. Under SSO, set Application Type to Web and Token Endpoint to POST."}, Copy: b.redirects()},
		b.client("The third is https://YOUR-COMPANY.onelogin.com/oidc/2.", "Under SSO, copy Client ID and Client Secret."),
	}
	return append(steps, b.last("Under Access, tick the roles, or assign people under Users.")...)
}

func jumpcloudOpenID(b *signOn) []Step {
	steps := []Step{
		{Title: "Add the application", Do: []string{"Under SSO Applications, choose Add New Application, then Custom Application, with Manage Single Sign-On (SSO) and Configure SSO with OIDC. Name it " + b.p.Name + "."}},
		{Title: "Enter the redirect URIs", Do: []string{"On the tab SSO, enter both under Redirect URIs, set Client Authentication Type to Client Secret Basic, and tick the scopes Email and Profile."}, Copy: b.redirects()},
		b.client("The third is https://oauth.id.jumpcloud.com/.", "Activate the application, and copy Client ID and Client Secret."),
	}
	return append(steps, b.last("Under User Groups, tick the groups whose people may sign in, and save.")...)
}

func pingOpenID(b *signOn) []Step {
	steps := []Step{
		{Title: "Add the application", Do: []string{"In PingOne, open Applications, choose +, name it " + b.p.Name + ", and choose OIDC Web App."}},
		{Title: "Enter the redirect URIs", Do: []string{"Under Configuration, enter the second under Redirect URIs, with the grant type Authorization Code and PKCE Enforcement S256_REQUIRED. Under Resources, add email and profile."}, Copy: b.redirects()},
		b.client("The third is the Issuer ID.", "Under Overview, copy Client ID, Client Secret and Issuer ID."),
	}
	return append(steps, b.last("Under Access, choose the groups whose people may sign in, and switch the application on.")...)
}

func adfsOpenID(b *signOn) []Step {
	steps := []Step{
		{Title: "Add an application group", Do: []string{"In AD FS Management, open Application Groups, choose Add Application Group, and Server application accessing a web API. Name it " + b.p.Name + "."}},
		{Title: "Enter the redirect URI", Do: []string{"Enter the second as Redirect URI, generate a shared secret, and permit the scopes openid, email and profile."}, Copy: b.redirects()},
		b.client("The third is https://YOUR-AD-FS/adfs.", "Copy Client Identifier and Secret."),
	}
	return append(steps, b.last("Under Access Control Policy of the web API, choose who may sign in.")...)
}

func keycloakOpenID(b *signOn) []Step {
	steps := []Step{
		{Title: "Create the client", Do: []string{"In the admin console, open Clients, choose Create client, with Client type OpenID Connect. Switch Client authentication on, and leave only Standard flow ticked."}},
		{Title: "Enter the redirect URIs", Do: []string{"Enter the second under Valid redirect URIs.", "Under Advanced, set Proof Key for Code Exchange Code Challenge Method to S256."}, Copy: b.redirects()},
		b.client("The third is https://YOUR-KEYCLOAK/realms/YOUR-REALM.", "Copy the Client ID, and the Client Secret under Credentials."),
	}
	return append(steps, b.last()...)
}

func otherOpenID(b *signOn) []Step {
	return append([]Step{
		{Title: "Register the two redirect URIs", Do: []string{"In your identity provider, register a client of the type Web with the second. If people sign in from apps, register the first as a public client."}, Why: "It has to speak the authorization code flow. PKCE is used always.", Copy: b.redirects()},
		b.client("The third is its issuer, or the address of its /.well-known/openid-configuration.", "Copy client id and client secret."),
	}, b.last("Assign the people who may sign in.")...)
}
