-- What a workspace may use and how it is set up; the directories that are
-- connected to it; and reads of the two logs by page.

ALTER TABLE workspace ADD COLUMN plan TEXT NOT NULL DEFAULT ''; -- '' for the plan of a new workspace
ALTER TABLE workspace ADD COLUMN settings TEXT NOT NULL DEFAULT ''; -- JSON, '' while nobody has set any
ALTER TABLE workspace ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- Every slug that a workspace has or had: an old one still leads to it, and is
-- never given to another.
CREATE TABLE slug (
    workspace_id TEXT   NOT NULL REFERENCES workspace (id),
    slug         TEXT   NOT NULL,
    since        BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, slug)
);
CREATE UNIQUE INDEX slug_once ON slug (slug);
INSERT INTO slug (workspace_id, slug, since) SELECT id, slug, created FROM workspace;

-- A connection that was removed stays for those who look back; handed is the
-- last member that was handed back, while there are more.
ALTER TABLE connection ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN settings TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE connection ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connection ADD COLUMN handed TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN released BIGINT NOT NULL DEFAULT 0; -- when the last one was
ALTER TABLE connection ADD COLUMN first_contact BIGINT NOT NULL DEFAULT 0;

-- When a directory began to talk after a silence: its provisioning cycles.
CREATE TABLE contact (
    workspace_id  TEXT   NOT NULL,
    connection_id TEXT   NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, connection_id, at),
    FOREIGN KEY (workspace_id, connection_id) REFERENCES connection (workspace_id, id)
);

ALTER TABLE token ADD COLUMN kind TEXT NOT NULL DEFAULT 'workspace';
ALTER TABLE token ADD COLUMN issuer TEXT NOT NULL DEFAULT ''; -- the member who issued it, '' for an operator
UPDATE token SET issuer = substr(issued_by, 8) WHERE issued_by LIKE 'member:%';

CREATE INDEX request_failed ON request_log (workspace_id, id) WHERE status >= 400;
