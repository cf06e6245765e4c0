// An OpenID provider on loopback, of panva's oidc-provider, which is certified.
// It prints its address and ends with its input. POST /settings with clients and
// the ids of keys, the one that signs first, makes it anew with them.
import crypto from "node:crypto";
import http from "node:http";
import { Provider } from "oidc-provider";

const people = {
  ann: { email: "ann@acme.example", email_verified: true, name: "Ann Ames", given_name: "Ann", family_name: "Ames" },
  bob: { email: "bob@acme.example", email_verified: true, name: "Bob Bell", given_name: "Bob", family_name: "Bell" },
};
const made = new Map(); // keys by their ids
function key(kid) {
  if (!made.has(kid)) {
    const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    made.set(kid, { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" });
  }
  return made.get(kid);
}

let handle = (req, res) => { res.statusCode = 404; res.end(); };
function make(issuer, settings) {
  const provider = new Provider(issuer, {
    clients: settings.clients,
    jwks: { keys: settings.keys.map(key) },
    cookies: { keys: ["of a test"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "given_name", "family_name"] },
    conformIdTokenClaims: settings.claimsFromUserInfo,
    fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its own dispatcher reaches no loopback address, which is where the tests are
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    features: {
      devInteractions: { enabled: true }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true }, userinfo: { enabled: true },
    },
  });
  const said = (name) => (ctx, err) => console.error(name, err.message, err.error_description || "", err.error_detail || "", err.cause || "");
  for (const name of ["authorization.error", "grant.error", "end_session.error", "backchannel.error", "server_error", "userinfo.error"]) provider.on(name, said(name));
  handle = provider.callback();
}

const server = http.createServer((req, res) => {
  if (req.method !== "POST" || req.url !== "/settings") return handle(req, res);
  let text = "";
  req.on("data", (part) => { text += part; });
  req.on("end", () => {
    make(`http://127.0.0.1:${server.address().port}`, JSON.parse(text));
    res.end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
