-- Signing in through a customer's identity provider: how a connection does it,
-- what is under way, who is linked, who must and who need not, and what happened.

CREATE UNIQUE INDEX connection_once ON connection (id); -- an answer names its connection only

-- How people sign in through a connection. Doc is identity.SignOn as JSON;
-- secrets in it are sealed. Entity_id is the provider's, to find it by.
CREATE TABLE sign_on (
    workspace_id  TEXT    NOT NULL,
    connection_id TEXT    NOT NULL,
    enabled       BOOLEAN NOT NULL,
    entity_id     TEXT    NOT NULL,
    refresh       BIGINT  NOT NULL, -- when its metadata is to be fetched next; 0 for never
    warned        BIGINT  NOT NULL, -- the days before expiry of the last warning; 0 for none
    version       BIGINT  NOT NULL,
    doc           TEXT    NOT NULL,
    PRIMARY KEY (workspace_id, connection_id),
    FOREIGN KEY (workspace_id, connection_id) REFERENCES connection (workspace_id, id)
);
CREATE INDEX sign_on_refresh ON sign_on (refresh) WHERE refresh > 0;

-- Requests that were sent to an identity provider. Browser is the digest of the
-- secret in the cookie of the browser that may bring the answer, once.
CREATE TABLE sign_on_request (
    workspace_id  TEXT   NOT NULL,
    id            TEXT   NOT NULL, -- of the AuthnRequest or LogoutRequest; the state of OpenID Connect
    connection_id TEXT   NOT NULL,
    browser       TEXT   NOT NULL,
    doc           TEXT   NOT NULL, -- JSON; nonce and PKCE verifier sealed
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL,
    used          BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX sign_on_request_expires ON sign_on_request (expires);

-- Assertions that were taken, so that none counts twice.
CREATE TABLE sign_on_taken (
    workspace_id  TEXT   NOT NULL,
    connection_id TEXT   NOT NULL,
    hash          TEXT   NOT NULL, -- digest of issuer and id
    expires       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, connection_id, hash)
);
CREATE INDEX sign_on_taken_expires ON sign_on_taken (expires);

-- Whom a connection's stable subject is.
CREATE TABLE subject (
    workspace_id  TEXT   NOT NULL,
    connection_id TEXT   NOT NULL,
    issuer        TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    member_id     TEXT   NOT NULL,
    since         BIGINT NOT NULL,
    last_used     BIGINT NOT NULL,
    trust         BIGINT NOT NULL DEFAULT 0, -- of the sign_on, for which the member proved the old credential; 0 for none
    PRIMARY KEY (workspace_id, connection_id, issuer, subject),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id)
);
CREATE INDEX subject_member ON subject (workspace_id, member_id, connection_id);

-- Since when a member signs in through the provider, and through which
-- connection: no credential of ours counts for the member from then on.
ALTER TABLE member_person ADD COLUMN linked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE member_person ADD COLUMN linked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE member_person ADD COLUMN trust BIGINT NOT NULL DEFAULT 0; -- as of subject

-- Whom a directory has deleted, by the names they had: nobody becomes them anew.
CREATE INDEX member_gone_user ON member (workspace_id, user_key) WHERE resource_id IS NULL;
CREATE INDEX member_gone_address ON member (workspace_id, address_key) WHERE resource_id IS NULL;

-- A session that an identity provider began reaches one workspace only, unless
-- within is ''.
ALTER TABLE session ADD COLUMN within TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN connection_id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN subject TEXT NOT NULL DEFAULT ''; -- digest of issuer, format and NameID or sub
ALTER TABLE session ADD COLUMN provider_session TEXT NOT NULL DEFAULT ''; -- SessionIndex or sid
ALTER TABLE session ADD COLUMN name_id TEXT NOT NULL DEFAULT ''; -- sealed: what a logout request has to say
CREATE INDEX session_provider ON session (connection_id, subject) WHERE connection_id <> '';

-- How far a workspace requires its provider (identity.RequireSSO as JSON, '' for
-- not at all), for whom when not for everyone, and for whom not.
ALTER TABLE workspace ADD COLUMN require_sso TEXT NOT NULL DEFAULT '';
CREATE INDEX workspace_require ON workspace (id) WHERE require_sso <> '';
CREATE TABLE sso_rule (
    workspace_id TEXT   NOT NULL,
    member_id    TEXT   NOT NULL,
    required     BOOLEAN NOT NULL, -- one of the named people
    exempt       BIGINT NOT NULL, -- until when the member need not; 0 for no exemption
    reason       TEXT   NOT NULL,
    set_by       TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, member_id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id)
);

-- A workspace's sealed one-time codes for owners whose provider is out of order.
CREATE TABLE workspace_recovery (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    hash         TEXT   NOT NULL,
    created      BIGINT NOT NULL,
    used         BIGINT NOT NULL,
    used_by      TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, hash)
);

-- Domains of addresses. One that is verified is one workspace's.
CREATE TABLE domain (
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    name         TEXT    NOT NULL,
    token        TEXT    NOT NULL,
    created      BIGINT  NOT NULL,
    verified     BIGINT  NOT NULL,
    checked      BIGINT  NOT NULL,
    missing      BIGINT  NOT NULL,
    captures     BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, name)
);
CREATE UNIQUE INDEX domain_verified ON domain (name) WHERE verified > 0;
CREATE INDEX domain_checked ON domain (checked);

-- Our own keys in SAML: the newest that is in use signs, all that are not retired decrypt.
CREATE TABLE saml_key (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    id           TEXT   NOT NULL,
    certificate  TEXT   NOT NULL, -- base64 of DER
    private      TEXT   NOT NULL, -- PKCS #8, sealed
    created      BIGINT NOT NULL,
    used_from    BIGINT NOT NULL, -- signs from then on; published before
    retired      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

-- Sign-ins as they went, and refusals.
CREATE TABLE trace (
    workspace_id  TEXT   NOT NULL, -- '' for the operator's
    code          TEXT   NOT NULL,
    rule          TEXT   NOT NULL,
    connection_id TEXT   NOT NULL,
    member_id     TEXT   NOT NULL,
    at            BIGINT NOT NULL,
    doc           TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, code)
);
CREATE INDEX trace_at ON trace (workspace_id, at, code);
CREATE INDEX trace_kept ON trace (at);
