-- One text for SQLite and PostgreSQL. Times are microseconds since 1970 in UTC,
-- 0 for never; JSON is TEXT; folded text (…_key) is folded in Go.

CREATE TABLE workspace (
    id           TEXT    NOT NULL PRIMARY KEY,
    slug         TEXT    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    provisioning BOOLEAN NOT NULL,
    created      BIGINT  NOT NULL
);

-- What must be exact and cheap to know: the last sequence number of the change
-- log, and how many there are of what. Its row is the workspace's write lock.
CREATE TABLE tally (
    workspace_id TEXT   NOT NULL PRIMARY KEY REFERENCES workspace (id),
    seq          BIGINT NOT NULL,
    users        BIGINT NOT NULL,
    user_groups  BIGINT NOT NULL,
    parked       BIGINT NOT NULL,
    owners       BIGINT NOT NULL,
    held         BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE connection (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    id           TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    created      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);

CREATE TABLE token (
    workspace_id  TEXT   NOT NULL REFERENCES workspace (id),
    id            TEXT   NOT NULL,
    connection_id TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    user_name     TEXT   NOT NULL,
    hash          TEXT   NOT NULL,
    hint          TEXT   NOT NULL,
    scope         TEXT   NOT NULL,
    issued_by     TEXT   NOT NULL,
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL,
    revoked       BIGINT NOT NULL,
    last_used     BIGINT NOT NULL,
    last_from     TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, connection_id) REFERENCES connection (workspace_id, id)
);
CREATE UNIQUE INDEX token_hash ON token (hash);

-- One row is one human in one workspace, with the SCIM resource that shows the
-- member to the directory (resource_id NULL after DELETE). user_key is the user
-- name of the resource; held_key the member's own while they differ, '' else.
-- inherited lists the attributes of the resource that its directory has not sent.
CREATE TABLE member (
    workspace_id  TEXT    NOT NULL REFERENCES workspace (id),
    id            TEXT    NOT NULL,
    resource_id   TEXT,
    connection_id TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    user_name     TEXT    NOT NULL,
    user_key      TEXT    NOT NULL,
    address       TEXT    NOT NULL,
    address_key   TEXT    NOT NULL,
    display_name  TEXT    NOT NULL,
    display_key   TEXT    NOT NULL,
    given_name    TEXT    NOT NULL,
    family_name   TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    external_id   TEXT    NOT NULL,
    attributes    TEXT    NOT NULL,
    grants        TEXT    NOT NULL,
    held          TEXT    NOT NULL,
    held_key      TEXT    NOT NULL DEFAULT '',
    inherited     TEXT    NOT NULL DEFAULT '',
    version       BIGINT  NOT NULL,
    created       BIGINT  NOT NULL,
    modified      BIGINT  NOT NULL,
    doc           TEXT    NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX member_resource ON member (workspace_id, resource_id) WHERE resource_id IS NOT NULL;
CREATE UNIQUE INDEX member_user ON member (workspace_id, user_key) WHERE resource_id IS NOT NULL;
CREATE UNIQUE INDEX member_held ON member (workspace_id, held_key) WHERE held_key <> '';
CREATE UNIQUE INDEX member_address ON member (workspace_id, address_key) WHERE resource_id IS NOT NULL AND address_key <> '';
CREATE INDEX member_external ON member (workspace_id, external_id) WHERE external_id <> '';
CREATE INDEX member_display ON member (workspace_id, display_key) WHERE resource_id IS NOT NULL;
CREATE INDEX member_modified ON member (workspace_id, modified);

-- Further look-up keys of a member: its other e-mail addresses and the match
-- attributes that the product declares. They stay after DELETE, so that an
-- immutable key brings the same human back to the same member.
CREATE TABLE member_key (
    workspace_id TEXT NOT NULL,
    name         TEXT NOT NULL,
    value        TEXT NOT NULL,
    member_id    TEXT NOT NULL,
    PRIMARY KEY (workspace_id, name, value, member_id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id)
);

-- SCIM ids that were deleted, and whose they were.
CREATE TABLE retired (
    workspace_id TEXT   NOT NULL,
    resource_id  TEXT   NOT NULL,
    member_id    TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, resource_id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id)
);
CREATE INDEX retired_member ON retired (workspace_id, member_id);

CREATE TABLE user_group (
    workspace_id  TEXT   NOT NULL REFERENCES workspace (id),
    id            TEXT   NOT NULL,
    connection_id TEXT   NOT NULL,
    display_name  TEXT   NOT NULL,
    display_key   TEXT   NOT NULL,
    external_id   TEXT   NOT NULL,
    members       BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    created       BIGINT NOT NULL,
    modified      BIGINT NOT NULL,
    doc           TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX user_group_display ON user_group (workspace_id, display_key);
CREATE INDEX user_group_external ON user_group (workspace_id, external_id) WHERE external_id <> '';

CREATE TABLE membership (
    workspace_id TEXT NOT NULL,
    group_id     TEXT NOT NULL,
    member_id    TEXT NOT NULL,
    PRIMARY KEY (workspace_id, group_id, member_id),
    FOREIGN KEY (workspace_id, group_id) REFERENCES user_group (workspace_id, id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES member (workspace_id, id)
);
CREATE INDEX membership_member ON membership (workspace_id, member_id, group_id);

-- Members that a directory named before they exist, and which directory it was.
CREATE TABLE parked (
    workspace_id  TEXT   NOT NULL,
    group_id      TEXT   NOT NULL,
    value         TEXT   NOT NULL,
    value_key     TEXT   NOT NULL,
    connection_id TEXT   NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, group_id, value),
    FOREIGN KEY (workspace_id, group_id) REFERENCES user_group (workspace_id, id)
);
CREATE INDEX parked_value ON parked (workspace_id, value_key);

-- Every change, numbered without gaps. The values stand apart, so that a
-- person's can be erased and the log stays whole.
CREATE TABLE change_log (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    seq          BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    source       TEXT   NOT NULL,
    verb         TEXT   NOT NULL,
    subject_kind TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    request_id   TEXT   NOT NULL,
    digest       TEXT   NOT NULL,
    stamp        BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX change_log_subject ON change_log (workspace_id, subject_id, seq);
CREATE INDEX change_log_stamp ON change_log (stamp);

CREATE TABLE change_value (
    workspace_id TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    salt         TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, seq),
    FOREIGN KEY (workspace_id, seq) REFERENCES change_log (workspace_id, seq)
);

-- The provisioning log: what the directory asked and what came of it. An entry
-- is JSON, since there is one for every read, and each column costs.
CREATE TABLE request_log (
    workspace_id TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    status       BIGINT NOT NULL,
    entry        TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

-- What the deployment remembers of itself, for instance for which match
-- attributes the look-up keys were made.
CREATE TABLE deployment (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
