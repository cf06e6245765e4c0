// A SCIM server that this project did not write: scimmy with scimmy-routers, on
// a store in memory as a product would write one. It listens on loopback, prints
// its base address as its first line, and ends with its input.
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const token = process.env.SCIM_TOKEN;
const people = new Map();
const teams = new Map();
const { User, Group } = SCIMMY.Resources;

// refuse answers with a SCIM error.
const refuse = (status, kind, detail) => {
	throw new SCIMMY.Types.Error(status, kind, detail);
};

// stored finds one record, or refuses with 404.
const stored = (table, id) => table.get(id) ?? refuse(404, null, `There is no resource ${id}.`);

// keep writes what a client sent: a new record without an id, or the whole of
// one that is there. The name is unique without regard to case.
const keep = (table, attribute) => (resource, sent) => {
	const before = resource.id ? stored(table, resource.id) : undefined;
	const name = String(sent[attribute] ?? "").toLowerCase();
	for (const other of table.values()) {
		if (other.id !== resource.id && String(other[attribute]).toLowerCase() === name) {
			refuse(409, "uniqueness", `${attribute} ${sent[attribute]} is taken.`);
		}
	}
	const now = new Date();
	const { id = randomUUID(), meta = { created: now, lastModified: now } } = before ?? {};
	const record = { ...JSON.parse(JSON.stringify(sent)), id, meta };
	if (!isDeepStrictEqual(record, before)) {
		record.meta = { ...meta, lastModified: now };
	}
	table.set(id, record);
	return record;
};

// show gives one record, or all that a filter selects.
const show = (table, dress = (record) => record) => (resource) => {
	if (resource.id) {
		return dress(stored(table, resource.id));
	}
	const all = [...table.values()].map(dress);
	return resource.filter ? resource.filter.match(all) : all;
};

// grouped adds the groups that somebody is in.
const grouped = (person) => ({
	...person,
	groups: [...teams.values()]
		.filter((team) => team.members?.some((member) => member.value === person.id))
		.map((team) => ({ value: team.id, display: team.displayName })),
});

const dropPerson = (resource) => {
	stored(people, resource.id);
	people.delete(resource.id);
	for (const team of teams.values()) {
		team.members = team.members?.filter((member) => member.value !== resource.id);
	}
};

const dropTeam = (resource) => {
	stored(teams, resource.id);
	teams.delete(resource.id);
};

SCIMMY.Resources.declare(User, { ingress: keep(people, "userName"), egress: show(people, grouped), degress: dropPerson });
SCIMMY.Resources.declare(Group, { ingress: keep(teams, "displayName"), egress: show(teams), degress: dropTeam });
User.extend(SCIMMY.Schemas.EnterpriseUser, false);

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
	type: "bearer",
	baseUri: (request) => `http://${request.headers.host}`,
	handler: (request) => {
		const [scheme, given] = (request.header("Authorization") ?? "").split(" ");
		if (scheme.toLowerCase() !== "bearer" || given !== token) {
			throw new Error("The token is wrong.");
		}
		return "directory";
	},
}));
// What the routers pass on is their own failure; they have answered already.
app.use((failure, request, response, next) => {
	if (!response.headersSent) {
		next(failure);
	}
});

const server = app.listen(0, "127.0.0.1", () => {
	process.stdout.write(`http://127.0.0.1:${server.address().port}/scim/v2\n`);
});
process.stdin.resume().on("end", () => process.exit(0));
