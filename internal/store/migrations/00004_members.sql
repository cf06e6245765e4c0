-- Members as administrators list and find them. The tab is worked out in Go and
-- kept, so that each tab is one range of an index and its size one number.

ALTER TABLE member ADD COLUMN tab TEXT NOT NULL DEFAULT 'active';
UPDATE member SET tab = state WHERE state <> 'active';
-- With the connection at its end it counts the people of one without reading them.
CREATE INDEX member_tab ON member (workspace_id, tab, id, connection_id);
CREATE INDEX member_held_first ON member (workspace_id, id) WHERE held <> ''; -- those of whom something is held

ALTER TABLE tally ADD COLUMN members BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN pending BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN inactive BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN guests BIGINT NOT NULL DEFAULT 0;
UPDATE tally SET
    members = (SELECT count(*) FROM member m WHERE m.workspace_id = tally.workspace_id),
    pending = (SELECT count(*) FROM member m WHERE m.workspace_id = tally.workspace_id AND m.tab = 'pending'),
    inactive = (SELECT count(*) FROM member m WHERE m.workspace_id = tally.workspace_id AND m.tab = 'inactive');

-- The words that a member is found by while somebody types, each spelt in digits
-- and letters that every collation orders alike (see store/word.go).
CREATE TABLE member_word (
    workspace_id TEXT NOT NULL,
    tab          TEXT NOT NULL,
    word         TEXT NOT NULL,
    member_id    TEXT NOT NULL,
    PRIMARY KEY (workspace_id, tab, word, member_id)
);

-- Which role of the catalogue a group gives its members, and which group counts
-- first where a member may hold one role only.
CREATE TABLE group_role (
    workspace_id TEXT   NOT NULL,
    group_id     TEXT   NOT NULL,
    role         TEXT   NOT NULL,
    position     BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, group_id),
    FOREIGN KEY (workspace_id, group_id) REFERENCES user_group (workspace_id, id)
);
