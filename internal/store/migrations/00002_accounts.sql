-- People who sign in, who are of the deployment and not of a workspace, and what
-- they sign in with. Secrets stand as SHA-256 digests, or sealed where they are
-- needed again; times are microseconds since 1970 in UTC, 0 for never.

CREATE TABLE person (
    id          TEXT    NOT NULL PRIMARY KEY,
    address     TEXT    NOT NULL,
    address_key TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    password    TEXT    NOT NULL, -- argon2id in its usual form, '' for none
    verified    BOOLEAN NOT NULL, -- the person has shown to read the address's mail
    operator    BOOLEAN NOT NULL,
    totp        TEXT    NOT NULL, -- sealed, '' for none
    totp_next   TEXT    NOT NULL, -- sealed, until the first code confirms it
    totp_step   BIGINT  NOT NULL, -- the last step that a code was taken of
    created     BIGINT  NOT NULL
);

-- Which person a member belongs to. Sessions begun before barred reach the
-- workspace no longer.
CREATE TABLE member_person (
    workspace_id TEXT   NOT NULL,
    member_id    TEXT   NOT NULL,
    person_id    TEXT   NOT NULL REFERENCES person (id),
    since        BIGINT NOT NULL,
    barred       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, member_id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id)
);
CREATE INDEX member_person_person ON member_person (person_id, workspace_id);

CREATE TABLE session (
    hash      TEXT   NOT NULL PRIMARY KEY,
    id        TEXT   NOT NULL,
    person_id TEXT   NOT NULL REFERENCES person (id),
    method    TEXT   NOT NULL,
    agent     TEXT   NOT NULL,
    remote    TEXT   NOT NULL,
    created   BIGINT NOT NULL,
    proved    BIGINT NOT NULL,
    seen      BIGINT NOT NULL,
    expires   BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id, id);
CREATE INDEX session_expires ON session (expires);

-- One-time links into a workspace, and set-up links for one of its connections.
CREATE TABLE link (
    workspace_id  TEXT   NOT NULL REFERENCES workspace (id),
    id            TEXT   NOT NULL,
    hash          TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    member_id     TEXT   NOT NULL, -- '' of a set-up link
    connection_id TEXT   NOT NULL, -- '' of all others
    address       TEXT   NOT NULL,
    issued_by     TEXT   NOT NULL,
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL,
    used          BIGINT NOT NULL,
    revoked       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX link_hash ON link (hash);
CREATE INDEX link_member ON link (workspace_id, member_id);

CREATE TABLE passkey (
    id         TEXT   NOT NULL PRIMARY KEY, -- the credential's own id, base64url
    person_id  TEXT   NOT NULL REFERENCES person (id),
    name       TEXT   NOT NULL,
    credential TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    last_used  BIGINT NOT NULL
);
CREATE INDEX passkey_person ON passkey (person_id, id);

CREATE TABLE recovery (
    person_id TEXT   NOT NULL REFERENCES person (id),
    hash      TEXT   NOT NULL,
    used      BIGINT NOT NULL,
    PRIMARY KEY (person_id, hash)
);

CREATE TABLE password_reset (
    hash      TEXT   NOT NULL PRIMARY KEY,
    person_id TEXT   NOT NULL REFERENCES person (id),
    created   BIGINT NOT NULL,
    expires   BIGINT NOT NULL,
    used      BIGINT NOT NULL
);
CREATE INDEX password_reset_person ON password_reset (person_id);
CREATE INDEX password_reset_expires ON password_reset (expires);

-- Tickets that were handed in, so that none counts twice while it lives.
CREATE TABLE spent (
    hash    TEXT   NOT NULL PRIMARY KEY,
    expires BIGINT NOT NULL
);
CREATE INDEX spent_expires ON spent (expires);

-- Mail that waits to be sent, or was. The text is sealed, since it holds links.
CREATE TABLE mail (
    id        TEXT   NOT NULL PRIMARY KEY,
    recipient TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    body      TEXT   NOT NULL, -- sealed, '' once it is of no more use
    created   BIGINT NOT NULL,
    due       BIGINT NOT NULL,
    tries     BIGINT NOT NULL,
    sent      BIGINT NOT NULL,
    failed    BIGINT NOT NULL, -- when it was given up
    error     TEXT   NOT NULL
);
CREATE INDEX mail_due ON mail (due) WHERE sent = 0 AND failed = 0;
