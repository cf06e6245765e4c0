// An identity provider for SAML on loopback, of auth0's samlp. It prints its
// address and ends with its input. POST /settings changes what it does.
import crypto from "node:crypto";
import express from "express";
import samlp from "samlp";

const settings = JSON.parse(process.env.IDP_SETTINGS);
const people = {
  ann: { id: "f3a9-ann", displayName: "Ann Ames", name: { givenName: "Ann", familyName: "Ames" }, emails: [{ value: "ann@acme.example" }] },
};
const participants = [];
const sessions = new Map();
const app = express();

app.use(express.urlencoded({ extended: false }), express.json());
app.use((req, res, next) => {
  let id = /(?:^|; )idp=([0-9a-f]+)/.exec(req.headers.cookie || "")?.[1];
  if (!sessions.has(id)) {
    id = crypto.randomBytes(16).toString("hex");
    sessions.set(id, {});
    res.append("Set-Cookie", `idp=${id}; Path=/; HttpOnly`);
  }
  req.session = sessions.get(id);
  next();
});

app.post("/settings", (req, res) => res.json(Object.assign(settings, req.body)));

const answer = (req, res, next) => {
  const sessionIndex = "_" + crypto.randomBytes(16).toString("hex");
  samlp.auth({
    issuer: "urn:samlp:test", cert: settings.cert, key: settings.key, audience: settings.audience, destination: settings.acs, recipient: settings.acs,
    signatureAlgorithm: settings.algorithm || "rsa-sha256", digestAlgorithm: settings.digest || "sha256",
    signResponse: settings.signResponse, signAssertion: settings.signAssertion, encryptionCert: settings.encryptTo, encryptionPublicKey: settings.encryptKey,
    signingCert: settings.requestsSignedBy,
    nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", sessionIndex, lifetimeInSeconds: 600,
    authnContextClassRef: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    getPostURL: (audience, dom, req, done) => done(null, settings.acs),
    getUserFromRequest: () => {
      const user = people[req.session.user];
      participants.push({
        serviceProviderId: settings.audience, serviceProviderLogoutURL: settings.slo, nameId: user.id,
        nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", sessionIndex, cert: settings.requestsSignedBy,
        binding: settings.logoutBinding || "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
      });
      return user;
    },
  })(req, res, next);
};

app.all("/sso", (req, res, next) => {
  if (people[req.session.user]) return answer(req, res, next);
  req.session.asked = { method: req.method, query: req.query, body: req.body };
  res.send('<form method="post" action="/login"><input name="user" value=""><button>Sign in</button></form>');
});
app.post("/login", (req, res, next) => {
  const asked = req.session.asked || { method: "GET", query: {}, body: {} };
  req.session.user = req.body.user;
  Object.assign(req, asked);
  answer(req, res, next);
});

app.all("/logout", (req, res, next) => {
  const clearIdPSession = (done) => { delete req.session.user; done(); };
  samlp.logout({
    issuer: "urn:samlp:test", cert: settings.cert, key: settings.key, deflate: true, clearIdPSession,
    sessionParticipants: new (participantsClass())(participants), store: store(),
    protocolBinding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
  })(req, res, next);
});

// What is under way of a logout, kept in the session.
const kept = new Map();
function store() {
  return {
    save: (req, state, done) => { const h = crypto.randomBytes(8).toString("hex"); kept.set(h, state); done(null, h); },
    load: (req, h, options, done) => (done || options)(null, kept.get(h)),
    update: (req, h, state, done) => { kept.set(h, state); done(null, h); },
  };
}
function participantsClass() {
  return class {
    constructor(all) { this.all = all; }
    find(issuer, indices, nameId) {
      return this.all.find((p) => (!issuer || p.serviceProviderId === issuer) && [].concat(indices).includes(p.sessionIndex) && p.nameId === nameId);
    }
    get(issuer, indices, nameId, done) { done(null, this.find(issuer, indices, nameId)); }
    hasElements() { return this.all.length > 0; }
    getFirst(done) { done(null, this.all[0]); }
    remove(issuer, index, nameId, done) {
      const found = this.find(issuer, [index], nameId);
      if (found) this.all.splice(this.all.indexOf(found), 1);
      done(null, found);
    }
  };
}

app.get("/metadata", (req, res, next) => samlp.metadata({
  issuer: "urn:samlp:test", cert: settings.cert, redirectEndpointPath: "/sso", postEndpointPath: "/sso", logoutEndpointPaths: { redirect: "/logout" },
})(req, res, next));
app.use((err, req, res, next) => res.status(500).send(`<p>samlp refused: ${String(err && err.message)}</p>`));

const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
